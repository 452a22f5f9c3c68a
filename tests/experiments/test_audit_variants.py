"""Every run that the simulator makes audits clean, whatever rules it has."""

from __future__ import annotations

import pytest

from experiments.audit import audit
from tests.experiments.audited import VARIANTS, finished


@pytest.mark.parametrize("variant", VARIANTS)
def test_untouched_run_is_clean(variant: str) -> None:
    assert audit(finished(variant)).differences == ()
