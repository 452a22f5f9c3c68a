"""verbs submits the recorded orders.

JSON in: set-up and hours as benchmarks/peers.py writes them; out: seconds, once given ready calldata, once encoding it.
"""

import json
import sys

import eth_abi
import verbs.envs
from clock import now

BLOCK_SECONDS = 15
"""what a block of verbs adds to the time"""


def at(env, timestamp):
    """The same state, with the clock so that the next block is made at `timestamp`."""
    block, *rest = env.export_snapshot()
    block = list(block)
    block[2] = (timestamp - BLOCK_SECONDS).to_bytes(32, "little")
    return verbs.envs.EmptyEnvRandom(1, snapshot=(tuple(block), *rest))


def set_up(steps):
    env = verbs.envs.EmptyEnvRandom(1)
    known = set()
    for step in steps:
        sender, to, data = (bytes.fromhex(step[key]) for key in ("sender", "to", "data"))
        if sender not in known:
            env.create_account(sender, 10**24)
            known.add(sender)
        if to:
            env = env if step["timestamp"] is None else at(env, step["timestamp"])
            env.execute(sender, to, data, 0)
        else:
            address = env.deploy_contract(sender, "contract", data)
            assert bytes(address).hex() == step["created"], f"verbs made {bytes(address).hex()}, expected {step['created']}"
    return env, known


def run(env, known, hours, encoding):
    seconds = 0.0
    for hour in hours:
        env = at(env, hour["timestamp"])
        orders = [(bytes.fromhex(sender), bytes.fromhex(to), bytes.fromhex(data)) for sender, to, data in hour["orders"]]
        for sender, _, _ in orders:
            if sender not in known:
                env.create_account(sender, 10**24)
                known.add(sender)
        words = [[int.from_bytes(data[start : start + 32], "big") for start in range(4, len(data), 32)] for _, _, data in orders]
        begun = now()
        if encoding:
            sent = [
                (sender, to, data[:4] + eth_abi.encode(["uint256"] * len(args), args), False, None, None, None)
                for (sender, to, data), args in zip(orders, words, strict=True)
            ]
        else:
            sent = [(sender, to, data, False, None, None, None) for sender, to, data in orders]
        env.submit_transactions(sent)
        env.process_block()
        seconds += now() - begun
        events = env.get_last_events()
        assert len(events) == len(orders), "an order is missing"
        assert all(event[0] for event in events), "an order was refused"
    return seconds


given = json.load(sys.stdin)
pre_encoded = run(*set_up(given["setup"]), given["hours"], False)
encoded = run(*set_up(given["setup"]), given["hours"], True)
sys.stdout.write(json.dumps({"pre_encoded": pre_encoded, "encoding": encoded}) + "\n")
