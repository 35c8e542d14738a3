"""Looking at the lock tells who holds it and takes nothing, alike in both databases."""

from __future__ import annotations

from reconciler.journal import open_journal


def test_whoever_looks_at_the_lock_is_told_its_holder_and_does_not_take_it(journal_url: str) -> None:
    journal = open_journal(journal_url, "sandbox")
    onlooker = open_journal(journal_url, "sandbox", read_only=True)
    try:
        assert onlooker.holder() is None
        with journal.lock("alice"):
            assert "alice" in (onlooker.holder() or "")
            assert "alice" in (onlooker.holder() or "")
        assert onlooker.holder() is None
        with journal.lock("bob"):
            assert "bob" in (journal.holder() or "")
    finally:
        onlooker.close()
        journal.close()


def test_nobody_holds_the_lock_of_a_journal_that_is_not_there(journal_url: str) -> None:
    journal = open_journal(journal_url, "sandbox", read_only=True)
    try:
        assert journal.holder() is None
    finally:
        journal.close()
