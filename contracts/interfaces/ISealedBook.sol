// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IAuction} from "./IAuction.sol";

/// @title An auction whose orders nobody sees before all of them are fixed.
/// @notice Until minute 15 of the hour traders commit to an order by its hash, from minute 15 to the gate (minute 30) they reveal it. How much
/// energy the order has at most is said with the commitment, in clear. An order that is not revealed, that has more energy, or that the book
/// refuses, is void, and the trader's bond goes to the rent account (1). The bond is `bondRate` for every committed kWh, so that it costs more
/// to keep more energy back.
/// @dev A commitment is hour 24 | kWh 32 | hash 200: the lowest 200 bits of keccak256(abi.encode(order, more, salt, trader)). The trader is part
/// of the hash so that nobody can copy a commitment and later its reveal; the salt so that nobody can guess the order.
interface ISealedBook is IAuction {
    /// @notice The trader is bound to an order of which nobody knows more than how much energy it has at most.
    event OrderCommitted(address indexed trader, uint256 commitment);
    /// @notice The trader did not reveal a valid order for the hour; `bond` is 1e-5 CNY.
    event BondForfeited(address indexed trader, uint256 hour, uint256 bond);

    error CommitmentsClosed(uint256 hour, uint256 closedAt);
    error RevealsNotOpen(uint256 hour, uint256 opensAt);
    /// @notice The sender's commitment for the hour is not to this order with this salt.
    error NotCommitted(address sender, uint256 hour);
    /// @notice The order has `energy` kWh; the sender committed to `committed` at most.
    error MoreThanCommitted(uint256 energy, uint256 committed);
    /// @notice The trader made no commitment for the hour, revealed it, or has paid already.
    error NothingForfeited(address trader, uint256 hour);
    /// @notice The trader neither revealed its order of `hour` nor was its bond taken yet; anyone may have it taken by `forfeit`.
    error BondUnpaid(address trader, uint256 hour);

    /// @notice Binds the sender to an order for the current hour; until minute 15, a new one replaces the old one. Where orders must be
    /// covered, the bond must be, by the same rule.
    function commit(uint256 commitment) external;

    /// @notice Places the committed order, as `submit` would; `more` is 0 where the order has no second word.
    function reveal(uint256 order, uint256 more, uint256 salt) external;

    /// @notice Takes the bond of every one of `traders`, none of whom revealed a valid order for `hour`, whose gate is closed. Anyone may
    /// call. Until then the trader makes no commitment for a later hour.
    function forfeit(uint256 hour, address[] calldata traders) external;

    /// @notice fen/MWh: what a kWh costs that is committed and not revealed, in 1e-5 CNY.
    function bondRate() external view returns (uint256);

    /// @notice The trader's last commitment, 0 for none.
    function commitmentOf(address trader) external view returns (uint256);
}
