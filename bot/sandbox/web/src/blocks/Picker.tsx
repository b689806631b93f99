import { useState } from "react";
import { useFloat } from "../float";
import type { Block, Element, Json } from "../types";
import { held, useSurface } from "./surface";
import { Text } from "./Text";

interface Option {
  value: string;
  text: string;
  description?: string;
}

interface Props {
  block: Block;
  element: Element;
  label?: string;
  act: (value?: unknown) => void;
}

const plain = (option: Json): Option => ({
  value: option.value,
  text: option.text.text,
  description: option.description?.text,
});

function useOptions(element: Element): { group: string; options: Option[] }[] {
  const { screen } = useSurface();
  const kind: string = element.type.replace("multi_", "");
  if (kind === "users_select") {
    const people = screen.people.filter((one) => !one.deleted);
    return [{ group: "", options: people.map(({ id, name }) => ({ value: id, text: name })) }];
  }
  if (kind === "channels_select" || kind === "conversations_select") {
    const named = screen.channels.filter((one) => one.name);
    return [{ group: "", options: named.map(({ id, name }) => ({ value: id, text: `#${name}` })) }];
  }
  if (element.option_groups) {
    return element.option_groups.map((group: Json) => ({
      group: group.label.text,
      options: group.options.map(plain),
    }));
  }
  return [{ group: "", options: (element.options ?? []).map(plain) }];
}

/** Any kind of select: one or many, from the app's list, from people, or asked of the app. */
export function Picker(props: Props) {
  if (props.element.type.includes("external")) return <Asked {...props} />;
  return props.element.type.startsWith("multi_") ? <Many {...props} /> : <One {...props} />;
}

function One({ block, element, label, act }: Props) {
  const surface = useSurface();
  const groups = useOptions(element);
  const now = held(surface, block, element);
  const options = (list: Option[]) =>
    list.map((one) => (
      <option key={one.value} value={one.value}>
        {one.text}
      </option>
    ));
  return (
    <select
      className="b select"
      aria-label={label ?? element.accessibility_label ?? element.placeholder?.text ?? "Choose"}
      aria-invalid={Boolean(surface.errors[block.block_id])}
      data-testid={`select-${element.action_id}`}
      value={now ?? ""}
      onChange={(event) => act(event.target.value || null)}
    >
      <option value="" disabled={block.type !== "input" || !block.optional}>
        {element.placeholder?.text ?? "Choose an option"}
      </option>
      {groups.map(({ group, options: list }) =>
        group ? (
          <optgroup key={group} label={group}>
            {options(list)}
          </optgroup>
        ) : (
          options(list)
        ),
      )}
    </select>
  );
}

function Many({ block, element, label, act }: Props) {
  const surface = useSurface();
  const groups = useOptions(element);
  const chosen: string[] = held(surface, block, element) ?? [];
  const all = groups.flatMap((one) => one.options);
  const names = all.filter((one) => chosen.includes(one.value)).map((one) => one.text);
  return (
    <details className="many" data-testid={`select-${element.action_id}`}>
      <summary className="b select" aria-label={label}>
        {names.join(", ") || (element.placeholder?.text ?? "Choose")}
      </summary>
      <div className="menu-list">
        {all.map((one) => (
          <label key={one.value}>
            <input
              type="checkbox"
              checked={chosen.includes(one.value)}
              onChange={(event) =>
                act(
                  event.target.checked
                    ? [...chosen, one.value]
                    : chosen.filter((value) => value !== one.value),
                )
              }
            />
            {one.text}
          </label>
        ))}
      </div>
    </details>
  );
}

function Asked({ block, element, label, act }: Props) {
  const surface = useSurface();
  const now = held(surface, block, element);
  const many = element.type.startsWith("multi_");
  const [typed, setTyped] = useState("");
  const [options, setOptions] = useState<Json[] | null>(null);
  const [anchor, style] = useFloat(options !== null);
  const ask = async (text: string) => {
    setTyped(text);
    if (text.length < (element.min_query_length ?? 3)) return setOptions(null);
    const answer = await surface.suggest(block, element, text);
    return setOptions(answer.options ?? []);
  };
  const shown = typed || (now ? (now.text?.text ?? String(now)) : "");
  return (
    <span
      ref={anchor}
      className="menu"
      onBlur={(e) => e.currentTarget.contains(e.relatedTarget) || setOptions(null)}
    >
      <input
        className="search"
        role="combobox"
        aria-expanded={options !== null}
        aria-label={label ?? element.placeholder?.text ?? "Search"}
        data-testid={`select-${element.action_id}`}
        placeholder={element.placeholder?.text ?? "Type to search"}
        value={shown}
        onFocus={() => ask(typed)}
        onChange={(event) => ask(event.target.value)}
      />
      {options && (
        <span role="listbox" className="menu-list" style={style}>
          {options.length === 0 && <span className="none">No results</span>}
          {options.map((option) => (
            <button
              key={option.value}
              type="button"
              role="option"
              aria-selected={false}
              onClick={() => {
                setOptions(null);
                setTyped("");
                act(many ? [...(now ?? []), option] : option);
              }}
            >
              <Text of={option.text} />
            </button>
          ))}
        </span>
      )}
    </span>
  );
}
