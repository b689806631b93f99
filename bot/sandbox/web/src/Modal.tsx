import { useEffect, useRef, useState } from "react";
import { act } from "./api";
import { Blocks } from "./blocks/Block";
import { SurfaceContext } from "./blocks/surface";
import type { Shared } from "./Conversation";
import type { View } from "./types";
import { useSurfaceOf } from "./useActs";

/** The modal in front. What was typed stays while the app redraws it, as long as the block keeps its id. */
export function Modal({ view, depth, ...shared }: Shared & { view: View; depth: number }) {
  const { screen, store, tell } = shared;
  const dialog = useRef<HTMLDialogElement>(null);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState("");
  const [sending, setSending] = useState(false);
  const surface = useSurfaceOf("modal", view.id, { view: view.id }, screen, store, tell, errors);

  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
    const field = dialog.current?.querySelector<HTMLElement>("form .input input, .input textarea, .input select");
    field?.focus();
    dialog.current?.querySelector("form")?.scrollTo(0, 0);
    setErrors({});
    setProblem("");
  }, [view.id]);

  useEffect(() => {
    dialog.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [errors]);

  const submit = async () => {
    setSending(true);
    setProblem("");
    const entered = store.all[view.id] ?? {};
    const came = await act(screen.me, "submit", { view: view.id, entered });
    setSending(false);
    setErrors(came.field_errors ?? {});
    if (came.error) setProblem(came.error);
  };
  const close = () => act(screen.me, "close").then(() => store.forget(view.id));

  return (
    <dialog
      ref={dialog}
      className="modal"
      aria-labelledby="modal-title"
      data-testid="modal"
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <header>
          <h2 id="modal-title">
            <span className="dot-app" aria-hidden="true">
              S
            </span>
            {view.title.text}
          </h2>
          <button type="button" className="plain-button" aria-label="Close" onClick={close}>
            ✕
          </button>
        </header>
        <div className="modal-body">
          {problem && (
            <p className="problem" role="alert">
              {problem}
            </p>
          )}
          <SurfaceContext.Provider value={surface}>
            <Blocks of={view.blocks} />
          </SurfaceContext.Provider>
        </div>
        <footer>
          <button type="button" className="b" onClick={close}>
            {view.close?.text ?? (depth > 1 ? "Back" : "Cancel")}
          </button>
          {view.submit && (
            <button type="submit" className="b primary" aria-busy={sending} data-testid="submit">
              {view.submit.text}
            </button>
          )}
        </footer>
      </form>
    </dialog>
  );
}
