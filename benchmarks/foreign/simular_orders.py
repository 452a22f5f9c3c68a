"""simular submits the recorded orders, by function name and arguments, which is its only way. JSON in and out as in verbs_orders.py."""

import json
import sys

from clock import now
from simular import PyAbi, PyEvm

ABI = {
    4 + 32: PyAbi.from_human_readable(["function submit(uint256)"]),
    4 + 64: PyAbi.from_human_readable(["function submit(uint256,uint256)"]),
}
"""by length of calldata: the function is overloaded"""


def text(arguments):
    """Arguments as simular's own `convert_for_soltypes` writes them."""
    return "(" + str(arguments)[1:-1].replace("'", "") + ")"


class Simulation:
    def __init__(self):
        born = json.loads(PyEvm().create_snapshot())
        self.evm = PyEvm.from_snapshot(json.dumps({**born, "timestamp": 0}))  # it would begin today
        self.known = set()
        self.time = 0

    def at(self, timestamp):
        if timestamp > self.time:
            self.evm.advance_block(timestamp - self.time)
            self.time = timestamp

    def fund(self, sender):
        if sender not in self.known:
            self.evm.create_account(sender, 10**24)
            self.known.add(sender)

    def set_up(self, steps):
        for step in steps:
            sender = "0x" + step["sender"]
            self.at(step["timestamp"])
            self.fund(sender)
            if step["to"]:
                abi = PyAbi.from_human_readable([f"function {step['signature']}"])
                self.evm.transact(step["function"], text(step["arguments"]), sender, "0x" + step["to"], 0, abi)
            else:
                made = self.evm.deploy("()", sender, 0, PyAbi.from_abi_bytecode("[]", bytes.fromhex(step["data"])))
                assert made.lower() == "0x" + step["created"], f"simular made {made}, expected {step['created']}"

    def run(self, hours):
        seconds, gas = 0.0, 0
        for hour in hours:
            self.at(hour["timestamp"])
            orders = []
            for sender, to, data in hour["orders"]:
                self.fund("0x" + sender)
                words = [int(data[start : start + 64], 16) for start in range(8, len(data), 64)]
                orders.append(("0x" + sender, "0x" + to, words, ABI[len(data) // 2]))
            begun = now()
            done = [self.evm.transact("submit", text(words), sender, to, 0, abi) for sender, to, words, abi in orders]
            seconds += now() - begun
            gas += sum(result.gas_used for result in done)
        return seconds, gas


given = json.load(sys.stdin)
simulation = Simulation()
simulation.set_up(given["setup"])
seconds, gas = simulation.run(given["hours"])
sys.stdout.write(json.dumps({"encoding": seconds, "gas": gas}) + "\n")
