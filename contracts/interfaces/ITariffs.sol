// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Role} from "../core/Types.sol";

/// @title Retail bills and regulated charges: captive users pay what their default supplier paid for them, at its average cost; whoever uses
/// wires pays the grid.
/// @notice A tariff is a supplier and captive users, of its zone or of others that its company has too. A bill covers the hours since the bill before it. Its rate is what the
/// supplier's account on the ledger lacks, by what was bought for its users in these hours, rounded up to the tick. So a bill leaves the
/// account with less than a tick on the energy billed, never with a debt; the next bill takes that into account, and no account drifts.
/// @notice A supplier whose account grew pays back, at a rate below 0. Where nothing was bought there is no rate, and the account waits for
/// the next bill.
/// @notice A charge is a rate and those who pay it to the grid, a bill at a time: for network use, or, at a rate below 0, what the grid pays
/// plants for capacity. A charge whose rate is RECOVERS has no rate of its own: it gets back what the grid paid in the same bill at rates below
/// 0 before it, by energy, rounded up to the tick; so the grid keeps less than a tick on that energy.
/// @notice A charge whose rate is COVERS_RENT gives the rent's account what it lacks, as a tariff does its supplier's: an uplift.
/// @dev What is owed is read from the ledger. What was bought for whom is the operator's word: fills are logged and not stored, so the
/// energy of a tariff can be recomputed from the logs of its hours.
interface ITariffs {
    /// @notice The supplier with number `supplier` is paid by the users with the numbers `users`.
    event TariffSet(uint256 indexed tariff, uint256 supplier, uint256[] users);
    /// @notice The payers with the numbers `payers` pay the grid `rate` fen/MWh.
    event ChargeSet(uint256 indexed charge, int256 rate, uint256[] payers);
    /// @notice The hours since the last bill are billed, up to and with `hour`.
    /// @param rates fen/MWh by tariff, then by charge; type(int32).min where nothing was bought, or nothing is there to recover by
    /// @param energy as given to `bill`
    event Billed(uint256 indexed hour, int256[] rates, uint64[] energy);

    error NotOperator(address sender);
    error WrongRole(address who, Role role);
    /// @notice Suppliers, and the users of a tariff or payers of a charge, are named in order of their registry number, each once.
    error OutOfOrder(uint256 number, uint256 last);
    error NoUsers();
    error NoPayers();
    /// @notice Tariffs and charges are set before the first bill.
    error TooLateForTariffs();
    /// @notice An hour is billed once, and hours are billed in order.
    error AlreadyBilled(uint256 hour, uint256 nextHour);
    error TooEarly(uint256 time, uint256 opensAt);
    error WrongLength(uint256 got, uint256 expected);

    /// @notice Sets the next tariff: `supplier` is paid by `users`. Operator only, before the first bill.
    function setTariff(address supplier, address[] calldata users) external;

    /// @notice Sets the next charge. Operator only, before the first bill.
    /// @param rate fen/MWh that `payers`, users or plants, pay the grid; below 0: that the grid pays them; type(int32).max: RECOVERS;
    /// one less: COVERS_RENT
    function setCharge(int32 rate, address[] calldata payers) external;

    /// @notice Bills the hours since the last bill, up to and with `hour`, from the last minute of that hour on. Operator only.
    /// @param energy kWh that was bought in these hours for every user, tariff by tariff, then kWh of every payer, charge by charge, in the order
    /// in which they were named
    function bill(uint256 hour, uint64[] calldata energy) external;

    /// @notice Hours before this one are billed.
    function nextHour() external view returns (uint256);

    function chargeCount() external view returns (uint256);

    /// @notice The rate and the registry numbers of a charge's payers.
    function chargeAt(uint256 charge) external view returns (int256 rate, uint256[] memory payers);

    function tariffCount() external view returns (uint256);

    /// @notice The registry numbers of a tariff's supplier and users.
    function tariffAt(uint256 tariff) external view returns (uint256 supplier, uint256[] memory users);
}
