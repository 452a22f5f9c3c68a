"""What a case leaves, as hashes: one of every table's content, the digest of all logs, and gas by phase where the chain counts it.

Tables that came after the values were frozen are left out, as columns that came later are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shengdian.experiments.config.loading import load_config, override
from shengdian.experiments.runs.experiment import run_config
from shengdian.sim.record.finished_run import load
from shengdian.sim.record.tables import SCHEMAS
from tests.golden.cases import CASES, CONFIG, SMALL

GOLDEN = Path(__file__).parent / "golden.json"
COLUMNS = Path(__file__).parent / "columns.json"
"""columns by table as they were when the golden values were frozen"""


def content_of(name: str, table: pa.Table) -> str:
    """16 hexadecimal digits over names, types, units and values of the frozen columns; the same for every version of the file format.

    Columns that came later are left out.
    """
    table = table.select(json.loads(COLUMNS.read_text()).get(name, table.column_names))
    columns = [
        [field.name, str(field.type), sorted((field.metadata or {}).items()), table.column(field.name).to_pylist()]
        for field in table.schema
    ]
    return hashlib.sha256(json.dumps(columns, default=repr).encode()).hexdigest()[:16]


def fingerprint(case: str, chain: str, out: Path) -> dict[str, Any]:
    """What the case leaves on `chain`: `digest`, `tables` (hash by name), `money_sum` and, off the mirror, `gas` by phase."""
    keys: Mapping[str, Any] = {**SMALL, **CASES[case], "run.chain": chain}
    (directory,) = run_config(override(load_config(CONFIG.get(case, "base")), keys), out)
    run = load(directory)
    later = set(SCHEMAS) - set(json.loads(COLUMNS.read_text()))
    files = [path for path in sorted(directory.glob("*.parquet")) if path.stem not in later]
    tables = {path.stem: content_of(path.stem, pq.read_table(path)) for path in files}
    found = {"digest": run.manifest["digest"], "tables": tables, "welfare": run.summary["welfare"]}
    if chain == "mirror":
        return found
    gas = {**run.manifest["gas_by_phase"], **{f"year ahead, {name}": used for name, used in _year(run.manifest).items()}}
    return {"digest": found["digest"], "gas": gas}


def _year(manifest: Mapping[str, Any]) -> Mapping[str, int]:
    gas = manifest.get("medium_term", {}).get("gas", {})
    return gas if isinstance(gas, Mapping) else {"all": gas}
