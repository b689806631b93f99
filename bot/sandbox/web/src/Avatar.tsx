import type { Screen } from "./types";

export function Avatar({ user, screen, small }: { user: string; screen: Screen; small?: boolean }) {
  const person = screen.people.find((one) => one.id === user);
  const name = user === screen.bot.id ? screen.bot.name : (person?.name ?? "?");
  const initials = name
    .split(/\s+/)
    .map((word) => word[0])
    .slice(0, 2)
    .join("")
    .toUpperCase();
  const colour = user === screen.bot.id ? "#4a154b" : (person?.colour ?? "#616061");
  return (
    <span className={small ? "avatar small" : "avatar"} style={{ background: colour }} aria-hidden="true">
      {initials}
    </span>
  );
}
