import { useEffect, useRef } from "react";
import type { Json } from "../types";
import { Text } from "./Text";

/** The question Slack asks before an element with `confirm` acts. */
export function Confirm({ of, done }: { of: Json; done: (yes: boolean) => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      className="confirm"
      aria-label={of.title?.text}
      onCancel={(event) => {
        event.preventDefault();
        done(false);
      }}
    >
      <h2>
        <Text of={of.title} />
      </h2>
      <div className="confirm-text">
        <Text of={of.text} />
      </div>
      <footer>
        <button type="button" className="b" onClick={() => done(false)}>
          <Text of={of.deny ?? "Cancel"} />
        </button>
        <button
          type="button"
          className={`b ${of.style === "danger" ? "danger" : "primary"}`}
          onClick={() => done(true)}
        >
          <Text of={of.confirm ?? "Yes"} />
        </button>
      </footer>
    </dialog>
  );
}
