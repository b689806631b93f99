// What the workspace's server sends. Blocks stay loose: they are Slack's JSON, whatever the app wrote.

export type Json = Record<string, any>;
export type Block = Json;
export type Element = Json;

export interface Person {
  id: string;
  name: string;
  handle: string;
  title: string;
  colour: string;
  tz: string;
  is_admin: boolean;
  is_guest: boolean;
  deleted: boolean;
  status: string;
}

export interface Channel {
  id: string;
  name: string;
  private: boolean;
  kind: "channel" | "im" | "mpim";
  topic: string;
  members: string[];
  joined: boolean;
  unread: number;
  mentioned: boolean;
}

export interface Message extends Json {
  ts: string;
  user: string;
  text: string;
  blocks?: Block[];
  thread_ts?: string;
  reply_count?: number;
  latest_reply?: string;
  is_ephemeral?: boolean;
}

export interface View extends Json {
  id: string;
  root_view_id: string;
  hash: string;
  blocks: Block[];
  callback_id: string;
}

export interface Command {
  command: string;
  description?: string;
  usage_hint?: string;
}

export interface Shortcut {
  name: string;
  type: "message" | "global";
  callback_id: string;
  description?: string;
}

export interface Screen {
  version: number;
  me: string;
  team: string;
  bot: { id: string; name: string; connected: number };
  clock: { now: string; tz: string; movable: boolean };
  people: Person[];
  groups: { id: string; handle: string }[];
  channels: Channel[];
  messages: Message[];
  stack: View[];
  home: View | null;
  status: { status?: string };
  commands: Command[];
  shortcuts: Shortcut[];
  mail: number | null;
}

export interface Outcome {
  error: string;
  detail?: string;
  field_errors?: Record<string, string>;
  options?: Json[];
  result?: any;
}

export interface Letter {
  id: string;
  from: string;
  to: string;
  subject: string;
  date: string;
  text: string;
  headers: [string, string][];
  files: string[];
}

export type Entered = Record<string, Record<string, any>>;
