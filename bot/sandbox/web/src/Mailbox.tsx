import { useEffect, useState } from "react";
import { letters } from "./api";
import type { Letter, Screen } from "./types";

/** The letters that really left by SMTP and arrived at the workspace's own mail server. */
export function Mailbox({ screen }: { screen: Screen }) {
  const [list, setList] = useState<Letter[]>([]);
  const [open, setOpen] = useState("");
  useEffect(() => {
    letters().then(setList);
  }, [screen.mail]);
  const shown = list.find((one) => one.id === open) ?? list[0];
  return (
    <section className="mailbox" data-testid="mailbox" aria-label="Mailbox">
      <header className="top">
        <h1>Mailbox</h1>
        <p>What was really sent. Nothing leaves this machine.</p>
      </header>
      {list.length === 0 ? (
        <p className="empty">No mail has arrived yet.</p>
      ) : (
        <div className="mail">
          <ul>
            {list.map((one) => (
              <li key={one.id}>
                <button
                  type="button"
                  aria-current={one.id === shown?.id ? "true" : undefined}
                  onClick={() => setOpen(one.id)}
                >
                  <b>{one.subject || "(no subject)"}</b>
                  <span>To {one.to}</span>
                </button>
              </li>
            ))}
          </ul>
          {shown && (
            <article aria-label={shown.subject}>
              <h2>{shown.subject || "(no subject)"}</h2>
              <p>
                From <b>{shown.from}</b> to <b>{shown.to}</b>
                <br />
                <small>{shown.date}</small>
              </p>
              <pre className="letter">{shown.text}</pre>
              {shown.files.length > 0 && <p>Attached: {shown.files.join(", ")}</p>}
              <details>
                <summary>All headers</summary>
                <table>
                  <tbody>
                    {shown.headers.map(([name, value], number) => (
                      <tr key={number}>
                        <th scope="row">{name}</th>
                        <td>{value}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </details>
            </article>
          )}
        </div>
      )}
    </section>
  );
}
