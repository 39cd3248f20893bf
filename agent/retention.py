"""Erasing conversations: one on request, the old ones after the time that the settings keep them."""

from datetime import timedelta
from typing import TYPE_CHECKING

from agent.conversation import Busy
from agent.decisions import FORGET
from agent.threads import book_at, locked, unlock_file

if TYPE_CHECKING:
    from agent.assistant import Assistant


KEPT_ALONE = 2  # days in which a question outside any conversation may be asked again by its key


def erase(assistant: "Assistant", thread: str) -> None:
    """Erase a conversation: turns, checkpoints, what it told, and its drafts that nobody decided about."""
    home, path = assistant.settings.home, assistant.settings.state_path
    with locked(home, thread, seconds=assistant.settings.thread_wait), book_at(path) as book:
        for draft in book.drafts(thread):
            forget = FORGET.get(draft.kind)
            if forget is not None and not draft.decision and not book.kept_elsewhere(thread, draft):
                forget(assistant, draft.ref)
        book.erase(thread)
        unlock_file(home, thread)


def tidy(assistant: "Assistant") -> None:
    """Erase, once a process, the conversations that nobody went on with for as long as the settings keep them."""
    days = assistant.settings.thread_days
    if assistant.tidied or days == 0:
        return
    assistant.tidied = True
    with book_at(assistant.settings.state_path) as book:
        now = assistant.clock()
        old = book.older(now - timedelta(days=days), alone=now - timedelta(days=KEPT_ALONE))
    for thread in old:
        try:
            erase(assistant, thread)
        except Busy:  # somebody is just going on with it
            continue
