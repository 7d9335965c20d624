"""What the tests of the training share: one row about a tower, and a small untrained model."""

import pytest
import torch
from transformers import BertConfig

from training.data.development import Reading
from training.data.text import Passage, Span
from training.modeling.model import HIDDEN, ReaderModel

TOWER = (
    "The Eiffel Tower was built in Paris in 1889. Gustave Eiffel led the largest team of engineers. "
    "Visitors from Norway came to London in May to see it. The work cost 7,800,000 francs."
)


@pytest.fixture
def tower() -> Reading:
    """Who led the team? Gustave Eiffel."""
    start = TOWER.index("Gustave Eiffel")
    passage = Passage(TOWER, Span(start, start + len("Gustave Eiffel")))
    return Reading(
        "t1", "towers", "Who led the largest team of engineers in Paris in 1889?", passage, "plain", ("Gustave Eiffel",)
    )


@pytest.fixture
def small_model() -> ReaderModel:
    """One layer, random weights from a fixed seed, MiniLM's vocabulary."""
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=30522, hidden_size=HIDDEN, num_hidden_layers=1, num_attention_heads=12, intermediate_size=64
    )
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    return ReaderModel(config).train(False)
