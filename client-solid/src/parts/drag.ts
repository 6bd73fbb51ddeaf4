/**
 * The plugins of drag and drop under our policy, which allows no injected style: the announcements for
 * screen readers and the scrolling at the edges are the library's, what is seen is `DragGhost`.
 */
import { Accessibility, AutoScroller } from "@dnd-kit/dom";

export const withoutStyles = [Accessibility, AutoScroller];
