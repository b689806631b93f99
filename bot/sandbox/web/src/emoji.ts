// The short codes an app for work is likely to use; others stay as they are written.

const KNOWN: Record<string, string> = {
  white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", no_entry: "⛔",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", alarm_clock: "⏰", calendar: "📅", date: "📅",
  wave: "👋", eyes: "👀", "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", tada: "🎉",
  rocket: "🚀", bulb: "💡", memo: "📝", pencil: "✏️", pencil2: "✏️", lock: "🔒", unlock: "🔓",
  key: "🔑", bell: "🔔", no_bell: "🔕", email: "📧", envelope: "✉️", incoming_envelope: "📨",
  phone: "☎️", telephone_receiver: "📞", moneybag: "💰", credit_card: "💳", package: "📦",
  truck: "🚚", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", bar_chart: "📊",
  mag: "🔍", link: "🔗", gear: "⚙️", wrench: "🔧", hammer_and_wrench: "🛠️", robot_face: "🤖",
  red_circle: "🔴", large_green_circle: "🟢", large_yellow_circle: "🟡", large_orange_circle: "🟠",
  large_blue_circle: "🔵", white_circle: "⚪", black_circle: "⚫", arrow_up: "⬆️", arrow_down: "⬇️",
  arrow_right: "➡️", arrow_left: "⬅️", information_source: "ℹ️", question: "❓", exclamation: "❗",
  star: "⭐", heart: "❤️", fire: "🔥", point_right: "👉", raised_hands: "🙌", pray: "🙏",
  sunny: "☀️", palm_tree: "🌴", face_with_thermometer: "🤒", house: "🏠", house_with_garden: "🏡",
};

export const emoji = (name: string): string => KNOWN[name] ?? `:${name}:`;
