import { useState } from "react";
import { useFloat } from "../float";
import type { Block, Element as Slot, Json } from "../types";
import { Confirm } from "./Confirm";
import { Picker } from "./Picker";
import { held, spot, useSurface } from "./surface";
import { Text } from "./Text";

interface Shown {
  block: Block;
  element: Slot;
  label?: string;
  act: (value?: unknown) => void;
}

function Button({ block, element, act }: Shown) {
  const { busy } = useSurface();
  const waiting = busy === spot(block, element) + (element.value ?? "");
  const text = <Text of={element.text} />;
  return (
    <button
      type="button"
      className={`b ${element.style ?? ""}`}
      aria-label={element.accessibility_label}
      aria-busy={waiting}
      data-testid={`action-${element.action_id}`}
      data-value={element.value}
      onClick={() => {
        act(element.value);
        if (element.url) window.open(element.url, "_blank", "noreferrer");
      }}
    >
      {waiting ? <span className="dots">{text}</span> : text}
    </button>
  );
}

function Overflow({ element, act }: Shown) {
  const [open, setOpen] = useState(false);
  const [anchor, style] = useFloat(open);
  return (
    <span
      ref={anchor}
      className="menu"
      onBlur={(e) => e.currentTarget.contains(e.relatedTarget) || setOpen(false)}
    >
      <button
        type="button"
        className="b square"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={element.accessibility_label ?? "More actions"}
        data-testid={`action-${element.action_id}`}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
      >
        ⋯
      </button>
      {open && (
        <span role="menu" className="menu-list" style={style}>
          {element.options.map((option: Json) => (
            <button
              key={option.value}
              type="button"
              role="menuitem"
              data-value={option.value}
              onClick={() => {
                setOpen(false);
                act(option.value);
                if (option.url) window.open(option.url, "_blank", "noreferrer");
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

function Feedback({ element, act }: Shown) {
  return (
    <span className="feedback">
      {["positive_button", "negative_button"].map((key) => (
        <button
          key={key}
          type="button"
          className="b quiet"
          aria-label={element[key].accessibility_label}
          onClick={() => act(element[key].value)}
        >
          {key === "positive_button" ? "👍" : "👎"} <Text of={element[key].text} />
        </button>
      ))}
    </span>
  );
}

function Choices({ block, element, act, label }: Shown) {
  const surface = useSurface();
  const many = element.type === "checkboxes";
  const now = held(surface, block, element);
  const chosen: string[] = many ? (now ?? []) : now === null ? [] : [now];
  const change = (value: string, on: boolean) => {
    if (!many) return act(value);
    return act(on ? [...chosen, value] : chosen.filter((one) => one !== value));
  };
  return (
    <span className="choices" role={many ? "group" : "radiogroup"} aria-label={label}>
      {element.options.map((option: Json) => (
        <label key={option.value}>
          <input
            type={many ? "checkbox" : "radio"}
            name={spot(block, element)}
            value={option.value}
            checked={chosen.includes(option.value)}
            onChange={(event) => change(option.value, event.target.checked)}
          />
          <span>
            <Text of={option.text} />
            {option.description && (
              <small>
                <Text of={option.description} />
              </small>
            )}
          </span>
        </label>
      ))}
    </span>
  );
}

const INPUTS: Record<string, string> = {
  plain_text_input: "text",
  email_text_input: "email",
  url_text_input: "url",
  number_input: "text",
  rich_text_input: "text",
  datepicker: "date",
  timepicker: "time",
  datetimepicker: "datetime-local",
};

/** Unix seconds as the browser's own zone shows them, for datetime-local. */
const local = (unix: number) => {
  const at = new Date(unix * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

function Field({ block, element, act, label }: Shown) {
  const surface = useSurface();
  const now = held(surface, block, element);
  const stamp = element.type === "datetimepicker";
  const shown = now === null ? "" : stamp ? local(Number(now)) : String(now);
  const texts = element.type.endsWith("_input");
  const wrong = surface.errors[block.block_id];
  const common = {
    id: `f-${spot(block, element)}`,
    "aria-label": label ?? element.placeholder?.text ?? element.action_id,
    "aria-invalid": Boolean(wrong),
    "aria-describedby": wrong ? `e-${block.block_id}` : undefined,
    "data-testid": `input-${element.action_id}`,
    placeholder: element.placeholder?.text,
    maxLength: element.max_length,
    autoFocus: element.focus_on_load,
    value: shown,
    onChange: (event: { target: { value: string } }) => {
      const value = event.target.value;
      const given = stamp && value ? Math.floor(new Date(value).getTime() / 1000) : value || null;
      if (texts) surface.set(block, element, given);
      else act(given);
    },
    onKeyDown: (event: { key: string; shiftKey: boolean; preventDefault: () => void }) => {
      if (block.dispatch_action && event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        surface.press(block, element, shown);
      }
    },
  };
  if (element.multiline || element.type === "rich_text_input") {
    return <textarea rows={element.min_lines ?? 6} {...common} />;
  }
  const numbers = element.type === "number_input" ? { inputMode: "decimal" as const } : {};
  return <input type={INPUTS[element.type]} autoComplete="off" {...numbers} {...common} />;
}

/** One interactive element. In an input block it is kept until sent; elsewhere it acts at once. */
export function Interactive({ block, element, label }: { block: Block; element: Slot; label?: string }) {
  const surface = useSurface();
  const [asking, setAsking] = useState<{ value?: unknown } | null>(null);
  const hidden: string[] | undefined = element.visible_to_user_ids;
  if (hidden && !hidden.includes(surface.screen.me)) return null;

  const send = (value?: unknown) => {
    const button = ["button", "overflow", "feedback_buttons", "icon_button"].includes(element.type);
    if (!button) surface.set(block, element, value);
    if (block.type !== "input" || block.dispatch_action) surface.press(block, element, value);
  };
  const act = (value?: unknown) => (element.confirm ? setAsking({ value }) : send(value));
  const shown: Shown = { block, element, label, act };
  return (
    <>
      <Kind {...shown} />
      {asking && (
        <Confirm
          of={element.confirm}
          done={(yes) => {
            setAsking(null);
            if (yes) send(asking.value);
          }}
        />
      )}
    </>
  );
}

function Kind(shown: Shown) {
  const kind: string = shown.element.type;
  if (kind === "button" || kind === "workflow_button") return <Button {...shown} />;
  if (kind === "icon_button") return <Button {...shown} />;
  if (kind === "overflow") return <Overflow {...shown} />;
  if (kind === "feedback_buttons") return <Feedback {...shown} />;
  if (kind === "checkboxes" || kind === "radio_buttons") return <Choices {...shown} />;
  if (kind.endsWith("_select")) return <Picker {...shown} />;
  if (kind in INPUTS) return <Field {...shown} />;
  return <em className="unknown">This page can't show a {kind} yet.</em>;
}
