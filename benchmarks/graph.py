"""The same letter in LangGraph: draft, interrupt, resume with the approval, carry out; its saver keeps the state.

Imported only by what compares with it. Every super-step is kept before the next begins (`durability="sync"`) and
every commit is flushed, as Sayso's are. Who signed what is written beside it as one row of a plain table in the same
database: a single audit row a run, where Sayso chains every step.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, TypedDict

import psycopg
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt

from benchmarks.company import BODY, SIGNER, SUBJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from langchain_core.runnables import RunnableConfig
    from langgraph.checkpoint.base import BaseCheckpointSaver

_AUDIT = "CREATE TABLE audit (run TEXT PRIMARY KEY, actor TEXT, payload TEXT)"


class Letter(TypedDict):
    """The state of one run; each node returns what it adds."""

    n: str
    payload: dict[str, str]
    signed_by: str
    receipt: str


Added = dict[str, Any]


class Graph:
    """Letters in LangGraph. `sent` holds what left."""

    def __init__(
        self, saver: BaseCheckpointSaver[Any], audit: Callable[[str, str, str], None]
    ) -> None:
        """Take where state is kept, and what writes the audit row."""
        self.sent: list[str] = []
        self._audit = audit
        graph: Any = StateGraph(Letter)
        graph.add_node("draft", self._draft)
        graph.add_node("sign", self._sign)
        graph.add_node("execute", self._execute)
        graph.add_edge(START, "draft")
        graph.add_edge("draft", "sign")
        graph.add_edge("sign", "execute")
        graph.add_edge("execute", END)
        self._graph = graph.compile(checkpointer=saver)

    def _draft(self, state: Letter) -> Added:  # noqa: ARG002 -- LangGraph passes it
        return {"payload": {"to": "jo@lark.example", "subject": SUBJECT, "body": BODY}}

    def _sign(self, state: Letter) -> Added:
        return {"signed_by": interrupt(state["payload"])}

    def _execute(self, state: Letter) -> Added:
        self._audit(state["n"], state["signed_by"], json.dumps(state["payload"]))
        self.sent.append(state["n"])
        return {"receipt": f"mail-{state['n']}"}

    def begin(self, n: object) -> None:
        """Start a run and write its draft; it then waits for a signature."""
        asked = self._graph.invoke({"n": str(n)}, _thread(n), durability="sync")
        if "__interrupt__" not in asked:
            msg = f"run {n} did not stop for a signature"
            raise AssertionError(msg)

    def resume(self, n: object) -> None:
        """Sign and carry out."""
        done = self._graph.invoke(Command(resume=SIGNER.id), _thread(n), durability="sync")
        if "receipt" not in done:
            msg = f"run {n} did not end"
            raise AssertionError(msg)

    def whole(self, n: object) -> None:
        """Take one run from its start to its end."""
        self.begin(n)
        self.resume(n)


def _thread(n: object) -> RunnableConfig:
    return {"configurable": {"thread_id": str(n)}}


@contextmanager
def graph(url: str) -> Generator[Graph]:
    """Open LangGraph on `sqlite:///FILE` or `postgresql+psycopg://…`."""
    opened = _on_sqlite if url.startswith("sqlite") else _on_postgresql
    with opened(url) as made:
        yield made


@contextmanager
def _on_sqlite(url: str) -> Generator[Graph]:
    # Two connections: the saver writes on its own from threads of LangGraph's.
    with closing(_flushed(url)) as base, closing(_flushed(url)) as beside:
        beside.execute(_AUDIT)
        saver = SqliteSaver(base)
        saver.setup()

        def audit(run: str, actor: str, payload: str) -> None:
            with beside:
                beside.execute("INSERT INTO audit VALUES (?, ?, ?)", (run, actor, payload))

        yield Graph(saver, audit)


def _flushed(url: str) -> sqlite3.Connection:
    base = sqlite3.connect(url.removeprefix("sqlite:///"), check_same_thread=False)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=FULL")
    base.commit()
    return base


@contextmanager
def _on_postgresql(url: str) -> Generator[Graph]:
    from langgraph.checkpoint.postgres import PostgresSaver  # noqa: PLC0415 -- only where there is a server

    place = url.replace("+psycopg", "")
    with PostgresSaver.from_conn_string(place) as saver, psycopg.connect(place) as base:
        base.autocommit = True
        saver.setup()
        base.execute(_AUDIT)

        def audit(run: str, actor: str, payload: str) -> None:
            base.execute("INSERT INTO audit VALUES (%s, %s, %s)", (run, actor, payload))

        yield Graph(saver, audit)
