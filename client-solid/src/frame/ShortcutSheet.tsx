/** The sheet of shortcuts: every command that has keys, as it is now. Neighbour: `commands.ts`. */
import { createMemo, For } from "solid-js";
import { toKeyWords } from "../commands.ts";
import { usePage } from "../page.ts";
import { Dialog } from "../parts/Dialog.tsx";

export function ShortcutSheet(props: { open: boolean; onClose(): void }) {
  const { commands } = usePage();
  const groups = createMemo(() => {
    const by = new Map<string, { name: string; keys: string }[]>();
    for (const { group, name, keys } of commands.all()) {
      if (!keys) continue;
      by.set(group, [...(by.get(group) ?? []), { name, keys }]);
    }
    return [...by];
  });
  return (
    <Dialog
      title="Keyboard shortcuts"
      open={props.open}
      onClose={() => props.onClose()}
      wide
      testid="shortcuts"
    >
      <div class="shortcuts">
        <For each={groups()}>
          {([group, rows]) => (
            <section>
              <h3>{group}</h3>
              <ul>
                <For each={rows}>
                  {({ name, keys }) => (
                    <li>
                      {name}
                      <kbd>{toKeyWords(keys)}</kbd>
                    </li>
                  )}
                </For>
              </ul>
            </section>
          )}
        </For>
      </div>
    </Dialog>
  );
}
