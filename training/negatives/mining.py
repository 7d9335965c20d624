"""Which unanswerable twins a shard keeps: of those of a question, the one that a reader is most taken in by.

The reader is the one that the run starts from and stays as it was, so that a shard remains a function of its number
and a run resumes by counting.
"""

from collections.abc import Sequence
from random import Random

import torch

from training.data.batches import Batch, collate, reading_item
from training.data.development import Reading
from training.modeling.model import ReaderModel, has_fast_bf16
from training.negatives.twins import first_of_each

EASY = 0.25  # share of questions whose first twin is kept, so that the plain ones are not unlearnt
# A sibling or a passage that lost its sentence may answer all the same, in other words than the answer's: above this
# logit it is taken to. Edits of question and passage are false by construction, however sure the reader is.
TAKEN_TO_ANSWER = 3.0
ROWS = 48  # a batch; twins are sorted by length
MAY_ANSWER = frozenset({"sibling", "deleted"})


class Miner:
    """Chooses among twins by what `reader` makes of them, which it takes over: it is cast and no longer trains."""

    def __init__(self, reader: ReaderModel, seed: int) -> None:
        self.reader = reader.to(torch.bfloat16 if has_fast_bf16() else torch.float32).train(False)
        self.seed = seed

    def __call__(self, offered: Sequence[Sequence[Reading]]) -> list[Reading]:
        """One twin of each, unless all of them are taken to answer."""
        rng = Random(f"mining/{self.seed}/{len(offered)}")
        easy = [rng.random() < EASY for _ in offered]
        hard = [alike for alike, plain in zip(offered, easy, strict=True) if not plain]
        logits = iter(self.logits([row for alike in hard for row in alike]))
        chosen = first_of_each([alike for alike, plain in zip(offered, easy, strict=True) if plain])
        for alike in hard:
            scored = [(next(logits), row) for row in alike]
            sound = [pair for pair in scored if pair[1].kind not in MAY_ANSWER or pair[0] < TAKEN_TO_ANSWER]
            chosen += [max(sound, key=lambda pair: pair[0])[1]] if sound else []
        return chosen

    @torch.inference_mode()
    def logits(self, rows: Sequence[Reading]) -> list[float]:
        """How sure the reader is that each is answered, -inf where a row does not fit.

        That is the mean of the classifier's logit and of the best span's lead, a side, over "no answer".
        """
        found = [float("-inf")] * len(rows)
        items = [(place, item) for place, row in enumerate(rows) if (item := reading_item(row)) is not None]
        items.sort(key=lambda pair: len(pair[1].ids))
        for begin in range(0, len(items), ROWS):
            some = items[begin : begin + ROWS]
            for (place, _), logit in zip(some, self._batch(collate([item for _, item in some])), strict=True):
                found[place] = logit
        return found

    def _batch(self, batch: Batch) -> list[float]:
        logits = self.reader.logits(batch.ids, batch.types, batch.attention)
        inside = batch.passage.clone()
        inside[:, 0] = False
        ends = [side.float() for side in (logits.start, logits.end)]
        margin = sum(side.masked_fill(~inside, -1e4).amax(dim=1) - side[:, 0] for side in ends)
        return ((margin / 2 + logits.answerable.float()) / 2).tolist()
