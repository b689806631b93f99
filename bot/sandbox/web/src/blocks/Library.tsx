import { Message } from "slack-blocks-to-jsx";
import "slack-blocks-to-jsx/dist/style.css";
import type { Block } from "../types";

/** A block this page has no drawing of its own for: markdown, table, plan, task_card, video, file. */
export default function Library({ block }: { block: Block }) {
  return (
    <div className="library">
      <Message
        blocks={[block] as Parameters<typeof Message>[0]["blocks"]}
        name=""
        logo="data:,"
        time={new Date(0)}
        theme="light"
        withoutWrapper
      />
    </div>
  );
}
