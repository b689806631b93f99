import { createContext, useContext } from "react";
import type { Block, Element, Entered, Json, Outcome, Screen } from "../types";

/** Everything a block needs to know about where it is shown and what a press does. */
export interface Surface {
  screen: Screen;
  kind: "message" | "modal" | "home";
  entered: Entered;
  errors: Record<string, string>;
  busy: string; // the action being sent, by block and action id
  set: (block: Block, element: Element, value: unknown) => void;
  press: (block: Block, element: Element, value?: unknown) => void;
  suggest: (block: Block, element: Element, typed: string) => Promise<Outcome>;
}

export const SurfaceContext = createContext<Surface | null>(null);

export function useSurface(): Surface {
  const surface = useContext(SurfaceContext);
  if (!surface) throw new Error("A block was drawn outside of a message or view.");
  return surface;
}

export const spot = (block: Block, element: Element): string =>
  `${block.block_id ?? ""}/${element.action_id ?? ""}`;

/** What an element holds now: what was entered here, else what the app gave it to start with. */
export function held(surface: Surface, block: Block, element: Element): any {
  const row = surface.entered[block.block_id];
  if (row && element.action_id in row) return row[element.action_id];
  const first = element.initial_option ?? null;
  if (first) return first.value;
  if (element.initial_options) return element.initial_options.map((o: Json) => o.value);
  for (const key of Object.keys(element)) {
    if (key.startsWith("initial_")) return element[key];
  }
  return null;
}
