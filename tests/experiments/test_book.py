"""Order books as CSV and as OMIE's curves: the same market as in JSON, and a sentence with file, line and column for every fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shengdian.cases.book_file import case_of
from shengdian.cases.clear import run_cases
from shengdian.cases.omie_file import cases_of
from shengdian.cli import main
from shengdian.regions.faults import TableFault

CHAIN = "mirror"
BOOK = """id,zone,side,price,quantity
wind,N,sell,0,40
coal,N,sell,210,60
mill,S,buy,400,60
coal,N,sell,230,40
town,S,buy,300,50
"""
LINES = "from,to,capacity,wheeling,loss\nN,S,90,5,0.02\n"
ENERGY = "Energía Compra/Venta"
HOUR = f"Hora;Fecha;Pais;Unidad;Tipo Oferta;{ENERGY};Precio Compra/Venta;Ofertada (O)/Casada (C);"
QUARTER = "Periodo;Fecha;Pais;Unidad;Tipo Oferta;Potencia Compra/Venta;Precio Compra/Venta;Ofertada (O)/Casada (C);Tipología de Oferta;"
CURVES = f"""OMIE - an invented file;Fecha Emisión :02/03/2026;;01/03/2026;;;;

{HOUR}
1;01/03/2026;MI;SUN1;V;1.000,0;0,00;O;
1;01/03/2026;MI;GAS1;V;500,0;80,00;O;
1;01/03/2026;MI;GAS1;V;250,5;95,50;O;
1;01/03/2026;MI;CITY;C;1.200,0;4.000,00;O;
1;01/03/2026;MI;MILL;C;300,0;60,00;O;
1;01/03/2026;MI;SUN1;V;1.000,0;0,00;C;
1;01/03/2026;MI;CITY;C;1.200,0;80,00;C;
2;01/03/2026;MI;SUN1;V;900,0;-5,00;O;
2;01/03/2026;MI;CITY;C;700,0;4.000,00;O;
;;;;;;;
*
"""


def files(folder: Path, **texts: str) -> dict[str, str]:
    """Path by name of files with these texts."""
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return {name: str(folder / f"{name}.csv") for name in texts}


def cleared(case: dict[str, Any]) -> dict[str, Any]:
    (result,) = run_cases([case], CHAIN)
    assert "error" not in result, result
    return result


def test_a_book_clears_as_the_same_orders_in_json(tmp_path: Path) -> None:
    at = files(tmp_path, book=BOOK, lines=LINES)
    result = cleared(case_of(at["book"], at["lines"], {}))
    steps = [("wind", "N", "sell", 0, 40), ("coal", "N", "sell", 210, 60), ("coal2", "N", "sell", 230, 40)]
    steps += [("mill", "S", "buy", 400, 60), ("town", "S", "buy", 300, 50)]
    orders = [dict(zip(("id", "zone", "side", "price", "quantity"), step, strict=True)) for step in steps]
    lines = [{"from": "N", "to": "S", "capacity": 90, "wheeling": 5, "loss": 0.02}]
    single = cleared({"zones": ["N", "S"], "orders": orders, "lines": lines})
    for key in ("prices", "flows", "welfare"):
        assert result[key] == single[key]
    energy = {order["id"]: order["quantity"] for order in single["orders"]}
    assert {order["id"]: order["quantity"] for order in result["orders"]} == {
        "wind": energy["wind"],
        "coal": energy["coal"] + energy["coal2"],
        "mill": energy["mill"],
        "town": energy["town"],
    }


@pytest.mark.parametrize(("mechanism", "price"), [("uniform", 230), ("pay-as-bid", (60 * 210 + 20 * 230) / 80)])
def test_the_price_of_an_order_is_the_mean_of_its_segments(mechanism: str, price: float, tmp_path: Path) -> None:
    """120 MWh are wanted in one zone: wind gives 40, coal 60 at 210 and 20 at 230."""
    book = BOOK.replace("S,buy", "N,buy").replace("town,N,buy,300,50", "town,N,buy,300,60")
    result = cleared(case_of(files(tmp_path, book=book)["book"], None, {"mechanism": mechanism, "k": 0}))
    assert result["orders"][1] == {"id": "coal", "quantity": 80.0, "price": pytest.approx(price)}


def test_the_command_reads_a_book_with_semicolons_decimal_commas_and_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = files(tmp_path, book=BOOK.replace(",", ";").replace("210", "210,5"), lines=LINES)
    asked = ["clear", at["book"], "--lines", at["lines"], "--chain", CHAIN, "--set", "price_cap=350", "--set", "name=mine"]
    assert main(asked) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["name"] == "mine"
    assert "order 'mill': PriceAboveCap: price 400.0 CNY/MWh, cap 350.0 CNY/MWh" in err


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("S,buy,400", "S,hold,400", "book.csv: line 4, column side is 'hold'; allowed: sell, buy"),
        ("210,60", "dear,60", "book.csv: line 3, column price is 'dear'; it should be a number"),
        ("210,60", "210.005,60", "book.csv: line 3, column price is 210.005; the step is 0.01"),
        ("0,40", "0,0", "book.csv: line 2, column quantity is '0'; it should be above 0 to 4.29497e+06"),
        ("mill,S", ",S", "book.csv: line 4, column id is empty; it is needed"),
        ("quantity", "quantty", "book.csv: column 'quantty' is unknown; did you mean 'quantity'?; allowed: id, zone, side, price"),
        ("town,S,buy,300,50", "town,S,buy,300", "book.csv: line 6 has 4 cells; the header has 5"),
        (
            "coal,N,sell,230",
            "coal,S,sell,230",
            "book.csv: line 5, column zone is 'S', but line 3 of the same id 'coal' has 'N'; rows of one id are the segments of one order",
        ),
        (
            "coal,N,sell,230,40\n",
            "coal,N,sell,230,8\n" * 5,
            "book.csv: line 9, id 'coal' has more than 5 rows; give those that are left another id",
        ),
    ],
)
def test_fault_of_a_book_is_one_sentence_with_its_place(old: str, new: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(TableFault) as caught:
        case_of(files(tmp_path, book=BOOK.replace(old, new))["book"], None, {})
    assert caught.value.sentences[0].startswith(sentence)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("N,S", "N,SS", "lines.csv: line 2, to is 'SS', where nobody orders; did you mean 'S'?"),
        ("90", "-1", "lines.csv: line 2, column capacity is '-1'; it should be from 0 to 4.29497e+06"),
        ("wheeling", "toll", "lines.csv: column 'toll' is unknown; did you mean 'to'?; allowed: from, to, capacity, wheeling, loss"),
    ],
)
def test_fault_of_lines_is_one_sentence_with_its_place(old: str, new: str, sentence: str, tmp_path: Path) -> None:
    at = files(tmp_path, book=BOOK, lines=LINES.replace(old, new))
    with pytest.raises(TableFault) as caught:
        case_of(at["book"], at["lines"], {})
    assert caught.value.sentences == (sentence,)


def test_the_command_says_every_fault_of_a_book(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = files(tmp_path, book=BOOK.replace("buy", "hold"))
    assert main(["clear", at["book"]]) == 2
    assert [line[:30] for line in capsys.readouterr().err.splitlines()] == [
        "shengdian: book.csv: line 4, c",
        "shengdian: book.csv: line 6, c",
    ]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (["x.json", "--lines", "lines.csv"], "--lines and --set go with order books in CSV; a case in JSON has the keys itself"),
        (["x.csv", "--period", "1"], "--period goes with --format omie; the format is csv"),
    ],
)
def test_option_of_another_format_is_refused(asked: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clear", *asked]) == 2
    assert capsys.readouterr().err == f"shengdian: {sentence}\n"


@pytest.mark.parametrize(
    ("order", "has"),
    [({}, "none of them"), ({"price": 1}, "price"), ({"price": 1, "segments": [{"price": 1, "quantity": 1}]}, "price and segments")],
)
def test_order_in_json_has_one_step_or_segments(order: dict[str, Any], has: str) -> None:
    (result,) = run_cases([{"zones": ["A"], "orders": [{"id": "x", "zone": "A", "side": "sell", **order}]}], CHAIN)
    assert result["error"]["message"] == f"orders[0] should have a price and a quantity, or segments; it has {has}"


def test_listing_takes_orders_of_one_segment() -> None:
    order = {"id": "x", "zone": "A", "side": "sell", "segments": [{"price": 1, "quantity": 1}, {"price": 2, "quantity": 1}]}
    (result,) = run_cases([{"zones": ["A"], "mechanism": "listing", "orders": [order]}], CHAIN)
    assert result["error"] == {"type": "SegmentsNotUsed", "message": "orders[0] has 2 segments; mechanism 'listing' takes one"}


# --- OMIE --------------------------------------------------------------------------------------------------------------------------


def curves(folder: Path, text: str = CURVES) -> str:
    (folder / "curva_pbc_uof_20260301.1").write_bytes(text.encode("latin-1"))
    return str(folder / "curva_pbc_uof_20260301.1")


def test_curves_clear_hour_by_hour_without_what_is_said_again_as_matched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Hour 1: 1,000 MWh of sun and 200 of gas at 80 serve the city; the mill bids less."""
    assert main(["clear", curves(tmp_path), "--format", "omie", "--chain", CHAIN, "--set", "k=0"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert (first["name"], first["prices"]) == ("1", {"MI": 80.0})
    assert [(order["id"], order["quantity"]) for order in first["orders"]] == [
        ("MI SUN1 sell", 1000.0),
        ("MI GAS1 sell", 200.0),
        ("MI CITY buy", 1200.0),
        ("MI MILL buy", 0.0),
    ]
    assert (second["name"], second["prices"]) == ("2", {"MI": -5.0})


def test_curves_without_units_are_orders_of_five_segments(tmp_path: Path) -> None:
    blocks = "".join(f"1;01/03/2026;MI;;V;10,0;{price},00;O;\n" for price in range(7))
    (case,) = cases_of(curves(tmp_path, f"OMIE\n\n{HOUR}\n{blocks}1;01/03/2026;MI;;C;65,0;9,00;O;\n"), None, "1", {})
    assert [(order["id"], len(order["segments"])) for order in case["orders"]] == [("MI sell 1", 5), ("MI sell 2", 2), ("MI buy", 1)]
    assert cleared({**case, "k": 0})["prices"] == {"MI": 6.0}


def test_a_quarter_of_an_hour_has_a_fourth_of_its_megawatts(tmp_path: Path) -> None:
    text = f"OMIE\n\n{QUARTER}\nH1Q1;01/03/2026;ES;SUN1;V;1.000,4;0,00;O;S;\nH1Q1;01/03/2026;ES;CITY;C;400,0;9,00;O;S;\n"
    (case,) = cases_of(curves(tmp_path, text), None, None, {})
    assert [order["segments"][0]["quantity"] for order in case["orders"]] == [250.1, 100.0]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("500,0", "500.0", f"line 5, column {ENERGY} is '500.0'; it should be a number from 0 as 1.234,5"),
        ("95,50", "95.50", "line 6, column Precio Compra/Venta is '95.50'; it should be a number as 1.234,5"),
        ("MILL;C", "MILL;K", "line 8, column Tipo Oferta is 'K'; allowed: V (sells), C (buys)"),
        ("60,00;O", "60,00;X", "line 8, column Ofertada (O)/Casada (C) is 'X'; allowed: O (offered), C (matched)"),
        ("Unidad;", "", "line 3, column Unidad is missing; OMIE's curves have it"),
        ("Hora;", "Time;", "no line begins with Hora or Periodo, the first column of OMIE's curves"),
        ("\n2;01", "\nH2;01", "line 11, column Hora is 'H2'; it should be an hour from 1 on"),
        ("GAS1;V;500,0;80,00;O;", "GAS1;V", "line 5 has 5 cells; the header has 8"),
    ],
)
def test_fault_of_curves_is_one_sentence_with_its_place(old: str, new: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(TableFault) as caught:
        cases_of(curves(tmp_path, CURVES.replace(old, new)), None, None, {})
    assert caught.value.sentences[0] == f"curva_pbc_uof_20260301.1: {sentence}"


def test_a_period_that_curves_do_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableFault, match=r"there is no period '25'; there are 1, 2"):
        cases_of(curves(tmp_path), None, "25", {})
