/** The named views of the board: a name for filters and grouping. Neighbour: `prefs.ts` keeps them in this browser. */
import { useLocation, useNavigate } from "@solidjs/router";
import Bookmark from "lucide-solid/icons/bookmark";
import { createSignal } from "solid-js";
import { Button } from "../../parts/Button.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { TextField } from "../../parts/Field.tsx";
import { Menu } from "../../parts/Menu.tsx";
import { prefs } from "../../prefs.ts";

export function SavedViews() {
  const location = useLocation();
  const navigate = useNavigate();
  const [naming, setNaming] = createSignal<string | null>(null);
  const views = () => prefs.get().boardViews;
  const present = () => {
    const query = new URLSearchParams(location.search);
    query.delete("task");
    return query.toString();
  };
  const here = () => views().find(({ query }) => query === present());
  const save = () => {
    const name = naming()?.trim();
    if (!name) return;
    const others = views().filter((view) => view.name !== name);
    prefs.set({ boardViews: [...others, { name, query: present() }] });
    setNaming(null);
  };
  return (
    <>
      <Menu
        label="Saved views"
        icon={Bookmark}
        small
        items={[
          ...views().map(({ name, query }) => ({
            name,
            run: () => navigate(query ? `/board?${query}` : "/board", { scroll: false }),
          })),
          {
            name: "Save this view…",
            off: present() ? undefined : "filter or group first",
            run: () => setNaming(here()?.name ?? ""),
          },
          ...(here()
            ? [
                {
                  name: `Forget “${here()?.name}”`,
                  danger: true,
                  run: () => prefs.set({ boardViews: views().filter((view) => view !== here()) }),
                },
              ]
            : []),
        ]}
      >
        {here()?.name ?? "Views"}
      </Menu>
      <Dialog title="Save this view" open={naming() !== null} onClose={() => setNaming(null)}>
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          <TextField
            label="Name"
            required
            autofocus
            value={naming() ?? ""}
            hint="Kept in this browser; the address can be shared with anybody."
            onInput={setNaming}
          />
          <div class="foot">
            <Button kind="quiet" onClick={() => setNaming(null)}>
              Cancel
            </Button>
            <Button kind="main" type="submit">
              Save
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
