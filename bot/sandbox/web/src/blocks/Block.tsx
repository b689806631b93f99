import { lazy, Suspense, useState } from "react";
import type { Block as Data, Json } from "../types";
import { Chart } from "./Chart";
import { DataTable } from "./DataTable";
import { Interactive } from "./Element";
import { RichText } from "./RichText";
import { useSurface } from "./surface";
import { Text } from "./Text";

// Blocks without anything to press are left to a library; it is large, so it comes only when needed.
const Library = lazy(() => import("./Library"));

const source = (of: Json): string =>
  of.slack_file ? `/files/${of.slack_file.id}` : (of.image_url ?? "");

/** A picture. Ones from elsewhere stay unfetched: the page speaks to nobody but its own server. */
function Picture({ of, className }: { of: Json; className?: string }) {
  const url = source(of);
  const own = url.startsWith("/") || url.startsWith(location.origin) || url.startsWith("data:");
  if (own) return <img className={className} src={url} alt={of.alt_text} />;
  return (
    <span className={`picture ${className ?? ""}`} role="img" aria-label={of.alt_text}>
      {of.alt_text}
    </span>
  );
}

function Section({ block }: { block: Data }) {
  return (
    <div className="section">
      <div className="section-text">
        {block.text && (
          <div>
            <Text of={block.text} />
          </div>
        )}
        {block.fields && (
          <div className="fields">
            {block.fields.map((field: Json, number: number) => (
              <div key={number}>
                <Text of={field} />
              </div>
            ))}
          </div>
        )}
      </div>
      {block.accessory &&
        (block.accessory.type === "image" ? (
          <Picture of={block.accessory} className="thumb" />
        ) : (
          <Interactive block={block} element={block.accessory} label={block.text?.text} />
        ))}
    </div>
  );
}

function Row({ block, list }: { block: Data; list: Json[] }) {
  return (
    <div className="actions">
      {list.map((element, number) => (
        <Interactive key={element.action_id ?? number} block={block} element={element} />
      ))}
    </div>
  );
}

function Input({ block }: { block: Data }) {
  const { errors } = useSurface();
  const wrong = errors[block.block_id];
  return (
    <div className={wrong ? "input wrong" : "input"}>
      <span className="input-label">
        <Text of={block.label} />
        {block.optional && <small> (optional)</small>}
      </span>
      <Interactive block={block} element={block.element} label={block.label.text} />
      {wrong && (
        <span className="error" id={`e-${block.block_id}`} role="alert">
          {wrong}
        </span>
      )}
      {block.hint && (
        <small className="hint">
          <Text of={block.hint} />
        </small>
      )}
    </div>
  );
}

function Container({ block }: { block: Data }) {
  const [open, setOpen] = useState(!block.default_collapsed);
  const title = block.rich_text_title ? <RichText block={block.rich_text_title} /> : <Text of={block.title} />;
  return (
    <section className="container">
      <header>
        {block.is_collapsible ? (
          <button type="button" className="plain-button" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? "▾" : "▸"} {title}
          </button>
        ) : (
          <b>{title}</b>
        )}
        {block.subtitle && (
          <small>
            <Text of={block.subtitle} />
          </small>
        )}
      </header>
      {open && <Blocks of={block.child_blocks} />}
    </section>
  );
}

function Card({ block }: { block: Data }) {
  return (
    <section className="card">
      {block.hero_image && <Picture of={block.hero_image} />}
      {block.title && (
        <b>
          <Text of={block.title} />
        </b>
      )}
      {block.subtitle && (
        <small>
          <Text of={block.subtitle} />
        </small>
      )}
      {block.body && (
        <div>
          <Text of={block.body} />
        </div>
      )}
      {block.actions && <Row block={block} list={block.actions} />}
    </section>
  );
}

function One({ block }: { block: Data }) {
  switch (block.type) {
    case "section":
      return <Section block={block} />;
    case "header":
      return (
        <h3 className="header">
          <Text of={block.text} />
        </h3>
      );
    case "divider":
      return <hr />;
    case "context":
      return (
        <div className="context">
          {block.elements.map((one: Json, number: number) => (
            <span key={number}>
              {one.type === "image" ? <Picture of={one} className="icon" /> : <Text of={one} />}
            </span>
          ))}
        </div>
      );
    case "actions":
    case "context_actions":
      return <Row block={block} list={block.elements} />;
    case "input":
      return <Input block={block} />;
    case "rich_text":
      return <RichText block={block} />;
    case "image":
      return (
        <figure>
          {block.title && (
            <figcaption>
              <Text of={block.title} />
            </figcaption>
          )}
          <Picture of={block} />
        </figure>
      );
    case "data_table":
      return <DataTable block={block} />;
    case "data_visualization":
      return <Chart block={block} />;
    case "container":
      return <Container block={block} />;
    case "card":
      return <Card block={block} />;
    case "carousel":
      return (
        <div className="carousel">
          {block.elements.map((one: Json, number: number) => (
            <Card key={number} block={one} />
          ))}
        </div>
      );
    case "alert":
      return (
        <div className={`alert ${block.level ?? "default"}`} role="note">
          <Text of={block.text} />
        </div>
      );
    default:
      return (
        <Suspense fallback={null}>
          <Library block={block} />
        </Suspense>
      );
  }
}

export function Blocks({ of }: { of: Data[] }) {
  return (
    <div className="blocks">
      {of.map((block, number) => (
        <One key={block.block_id ?? number} block={block} />
      ))}
    </div>
  );
}
