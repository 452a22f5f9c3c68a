// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice A log as forge records it.
struct Log {
    bytes32[] topics;
    bytes data;
    address emitter;
}

/// @notice The cheatcodes of forge that these tests use.
interface Vm {
    function assume(bool condition) external pure;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data, address emitter) external;
    function expectRevert() external;
    function expectRevert(bytes4 selector) external;
    function expectRevert(bytes calldata data) external;
    function getRecordedLogs() external returns (Log[] memory);
    function pauseGasMetering() external;
    function prank(address sender) external;
    function startPrank(address sender) external;
    function recordLogs() external;
    function revertToState(uint256 id) external returns (bool);
    function snapshotState() external returns (uint256 id);
    function store(address where, bytes32 slot, bytes32 value) external;
    function warp(uint256 time) external;
}

/// @title What every test needs, and no more: cheatcodes and comparisons.
abstract contract Base {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error NotEqual(string what, int256 got, int256 expected);
    error NotTrue(string what);

    function assertEq(uint256 got, uint256 expected, string memory what) internal pure {
        if (got != expected) revert NotEqual(what, int256(got), int256(expected));
    }

    function assertEq(int256 got, int256 expected, string memory what) internal pure {
        if (got != expected) revert NotEqual(what, got, expected);
    }

    function assertTrue(bool holds, string memory what) internal pure {
        if (!holds) revert NotTrue(what);
    }

    /// @notice `value` folded into least..most.
    function bound(uint256 value, uint256 least, uint256 most) internal pure returns (uint256) {
        unchecked {
            uint256 size = most - least + 1;
            return size == 0 ? value : least + value % size;
        }
    }
}
