"""The only border between floats that people read and integers that the market reckons with.

==========  =============================  =====================
quantity    outside (float)                inside (int)
==========  =============================  =====================
price       CNY/MWh                        fen/MWh (the tick)
energy      MWh                            kWh
power       MW over one hour               kWh an hour
money       CNY                            1e-5 CNY = fen/MWh x kWh
share       fraction                       ppm (parts per million)
emission    t CO2                          g CO2
==========  =============================  =====================
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

FEN_PER_CNY = 100
KWH_PER_MWH = 1000
MONEY_PER_CNY = 100_000
PPM = 1_000_000
GRAMS_PER_TONNE = 1_000_000
MILLION = 1_000_000
HOURS_A_DAY = 24
U32 = 2**32 - 1
"""the largest uint32: what 32 bits of a packed word hold"""
NO_PRICE = -(2**31)
"""fen/MWh, what logs have where a zone has no price"""
RECOVERS = 2**31 - 1
"""fen/MWh, the rate of a charge that gets back what the grid paid before it in the same bill"""
COVERS_RENT = RECOVERS - 1
"""fen/MWh, the rate of a charge that gives the account of the rent what it lacks"""


def _whole(value: float, scale: int) -> int:
    """`value` x `scale`, rounded half to even on the decimal digits that a person wrote."""
    return int((Decimal(str(value)) * scale).to_integral_value(ROUND_HALF_EVEN))


def fen(price_per_mwh: float) -> int:
    """CNY/MWh to whole fen/MWh, half to even."""
    return _whole(price_per_mwh, FEN_PER_CNY)


def kwh(energy_mwh: float) -> int:
    """MWh (or MW over one hour) to whole kWh, half to even."""
    return _whole(energy_mwh, KWH_PER_MWH)


def ppm(share: float) -> int:
    """A fraction to whole parts per million, half to even."""
    return _whole(share, PPM)


def per_mwh(price: int) -> float:
    """fen/MWh to CNY/MWh."""
    return price / FEN_PER_CNY


def mwh(energy: int) -> float:
    """kWh to MWh."""
    return energy / KWH_PER_MWH


def currency(money: int) -> float:
    """1e-5 CNY to CNY."""
    return money / MONEY_PER_CNY


def money(amount: float) -> int:
    """CNY to whole 1e-5 CNY, half to even."""
    return _whole(amount, MONEY_PER_CNY)


def tonnes(grams: int) -> float:
    """Grams to tonnes."""
    return grams / GRAMS_PER_TONNE
