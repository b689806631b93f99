"""One person in front of the page: what they do with their hands, and where what they see is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator

OWNER, LEAD, SALES, FINANCE = "U01ANA", "U01LEE", "U01NOA", "U01MIA"
#: A draft card has these buttons as long as nobody has decided.
APPROVE, EDIT, REJECT, UNDO = "action-approve", "action-edit", "action-reject", "action-undo"


class Seat:
    """A page of the local workspace, opened as one person."""

    def __init__(self, context: BrowserContext, url: str, person: str, place: str) -> None:
        """Open the page as `person`, at a channel id or "home"."""
        self.wrong: list[str] = []
        self.page = context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on(
            "console", lambda said: self._noted(said.text) if said.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self._noted(str(error)))
        self.page.on(
            "request", lambda asked: None if asked.url.startswith(url) else self._noted(asked.url)
        )
        self.page.goto(f"{url}/#as={person}&at={place}")
        self.modal = self.page.get_by_test_id("modal")
        self.composer = self.page.get_by_test_id("composer")
        self.toast = self.page.get_by_test_id("toast")

    def _noted(self, text: str) -> None:
        if not text.startswith("data:"):
            self.wrong.append(text)

    def be(self, person: str) -> None:
        """Become somebody else."""
        self.page.get_by_test_id("person").select_option(person)

    def go(self, place: str) -> None:
        """Open a channel or "home" by the sidebar."""
        self.page.get_by_test_id(f"open-{place}").click()

    def mailbox(self) -> Locator:
        """Open the mailbox by the sidebar; return it."""
        self.page.get_by_role("navigation").get_by_role("button", name="Mailbox").click()
        return self.page.get_by_test_id("mailbox")

    def type(self, words: str) -> None:
        """Send a message or a command."""
        self.composer.fill(words)
        self.composer.press("Enter")

    def card(self, words: str) -> Locator:
        """Return the newest card with these words, wherever it stands."""
        cards = self.page.locator('[data-testid="message"]:not(.ephemeral)')
        return cards.filter(has_text=words).last

    def private(self) -> Locator:
        """Return the newest message that only this person sees."""
        return self.page.locator(".ephemeral").last

    def draft(self, quote: str) -> Locator:
        """Start a follow-up of a quote by a command; return its own card once it can be decided."""
        known = self._stamps()
        self.type(f"/playbook quote-follow-up {quote}")
        fresh = f"Send a follow-up for quote {quote}"
        cards = self.page.locator(
            "".join(['[data-testid="message"]', *(f':not([data-ts="{ts}"])' for ts in known)])
        )
        card = cards.filter(has_text=fresh).filter(has=self.page.get_by_test_id(APPROVE))
        expect(card).to_be_visible()
        return self.page.locator(f'[data-ts="{card.get_attribute("data-ts")}"]').first

    def _stamps(self) -> list[str]:
        expect(self.composer).to_be_visible()
        rows = self.page.locator('[data-testid="message"]:not(.ephemeral)')
        return [str(row.get_attribute("data-ts")) for row in rows.all()]

    def rewrite(self, card: Locator, text: str, *, sign: bool = False) -> None:
        """Change the text of a draft in its edit form, and sign it too if asked."""
        card.get_by_test_id(EDIT).click()
        self.modal.get_by_label("Text").fill(text)
        if sign:
            self.modal.get_by_label("Sign it too").check()
        self.modal.get_by_test_id("submit").click()
        expect(self.modal).to_have_count(0)
        expect(card).to_contain_text("edited by")

    def wide(self) -> int:
        """Return how wide the page is, in pixels; more than the window means scrolling sideways."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))
