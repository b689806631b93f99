import { useLayoutEffect, useRef, useState } from "react";
import type { CSSProperties, RefObject } from "react";

const ROOM = 270; // px a menu may need

/** Where a menu hangs: under what opened it, or over it when there is no room, never off the screen. */
export function useFloat(open: boolean): [RefObject<HTMLElement | null>, CSSProperties] {
  const anchor = useRef<HTMLElement>(null);
  const [style, setStyle] = useState<CSSProperties>({ visibility: "hidden" });
  useLayoutEffect(() => {
    if (!open || !anchor.current) return;
    const box = anchor.current.getBoundingClientRect();
    const up = box.bottom + ROOM > innerHeight && box.top > innerHeight - box.bottom;
    const right = box.left > innerWidth / 2;
    setStyle({
      position: "fixed",
      top: up ? "auto" : box.bottom + 4,
      bottom: up ? innerHeight - box.top + 4 : "auto",
      left: right ? "auto" : Math.max(box.left, 8),
      right: right ? Math.max(innerWidth - box.right, 8) : "auto",
    });
  }, [open]);
  return [anchor, style];
}

/** The width of an element in px, kept up to date. */
export function useWidth(start: number): [RefObject<HTMLElement | null>, number] {
  const box = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(start);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(([entry]) => setWidth(Math.max(entry.contentRect.width, 180)));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return [box, width];
}
