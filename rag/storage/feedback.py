"""What people think of answers: a vote, perhaps a comment, kept in the catalogue's file with the whole answer.

Nothing on the network reads it back: `rag feedback` prints it on the machine that holds the index. Writing takes no
writer's lock, for it touches no document.
"""

import json
from datetime import UTC, datetime
from uuid import uuid4

from rag.reports import Feedback, Vote
from rag.storage.sqlite import Database
from rag.types import Answer

COMMENT_CHARACTERS = 2000  # of a comment that are kept


class FeedbackLog:
    """Votes on answers, one each. Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, answer: Answer, vote: Vote, *, comment: str = "", id_: str | None = None) -> str:
        """Keep a vote, in the place of the one of that id if there is one; its id. Raises IndexWriteError."""
        id_ = id_ or uuid4().hex
        time = datetime.now(UTC).isoformat(timespec="seconds")
        kept = json.dumps(answer.to_dict(), ensure_ascii=False)
        row = (id_, time, vote, answer.question, kept, comment[:COMMENT_CHARACTERS])
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?)", row)
        return id_

    def withdraw(self, id_: str) -> None:
        """Forget a vote; one that is not there is skipped. Raises IndexWriteError."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM feedback WHERE id = ?", (id_,))

    def entries(self) -> list[Feedback]:
        """Every vote, the oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, time, vote, question, answer, comment FROM feedback ORDER BY time, id"
            )
            return [
                Feedback(id_, time, vote, question, json.loads(answer), comment)
                for id_, time, vote, question, answer, comment in rows
            ]
