// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Flow, Line} from "../core/Types.sol";
import {Account} from "../libraries/Account.sol";

/// @title An hourly auction over zones and lines, cleared by proof. What the proof is, the interface of each kind of auction says.
/// @dev The names of what collateral needs are chosen so that their selectors come after those of `submit` and `clear`, which then pay nothing.
/// @notice An hour has three parts: traders order until the gate (minute 30), then the operator clears, and from minute 45 anyone may.
/// Anyone's solution is as good as the operator's: it is accepted only if it proves itself optimal, and the price then follows from it.
/// Which of several optimal solutions it is, the hour's number decides: it draws a tie-breaking cost for every line.
interface IAuction {
    /// @notice A trader's order of up to three segments stands: the word is the record.
    event OrderPlaced(Account account);
    /// @notice A trader's order of four or five segments stands; `more` holds segments 3 and 4.
    event LongOrderPlaced(Account account, uint256 more);
    /// @notice A trader took the order back.
    event OrderWithdrawn(Account account);
    /// @notice A trader of the registry may now order here.
    event TraderAdmitted(address indexed trader, Account account);
    /// @notice Orders must be covered: `collateral` says by how much.
    event CollateralRequired(address collateral);
    /// @notice From now on lines carry no more than what `source` leaves of their capacity.
    event ReservationsHonoured(address indexed source);
    /// @notice A stage of the hour is cleared.
    /// @param stage 0 is the provincial stage (no lines), 1 the regional one (all lines)
    /// @param prices fen/MWh by zone; type(int32).min where nothing was traded and nothing passed
    /// @param flows by line; empty in the provincial stage
    /// @param fills kWh filled after this stage, eight uint32 a word, first in the lowest bits, over all standing segments in order of
    /// trader number, then segment
    /// @param gap how far from the optimum the welfare less tie-breaking costs can be at most because energy is whole kWh, 1e-5 CNY,
    /// rounded up; 0 without losses
    event HourCleared(uint256 indexed hour, uint256 indexed stage, int256[] prices, Flow[] flows, uint256[] fills, int256 gap);

    error NotAdmitted(address sender);
    /// @notice Traders are admitted in order of their registry number.
    error WrongNumber(uint256 number, uint256 expected);
    error WrongHour(uint256 hour, uint256 current);
    error NotStarted(uint256 time, uint256 start);
    error GateClosed(uint256 hour, uint256 closedAt);
    error GateOpen(uint256 hour, uint256 closesAt);
    error NotOperator(address sender);
    error AlreadyCleared(uint256 hour);
    error SegmentCount(uint256 count, uint256 most);
    error QuantityZero(uint256 segment);
    error PriceBelowFloor(int256 price, int256 floor);
    error PriceAboveCap(int256 price, int256 cap);
    error NoOrder(address trader, uint256 hour);
    /// @notice `submit` and `withdraw` are closed: orders come in by commit and reveal, and cannot be taken back.
    error OrdersAreSealed();

    /// @notice Nobody else than the collateral sets limits, and only a contract that answers as one is appointed.
    error NotCollateral(address who);
    /// @notice Collateral is named once, before anyone is admitted.
    error TooLateForCollateral();
    /// @notice The order can cost `worst`, and the trader's collateral covers `most` in an hour (1e-5 CNY).
    error OrderAboveCollateral(uint256 worst, uint256 most);
    /// @notice Collateral covers orders for hours before `until`, the next time that accounts are closed.
    error HourNotCovered(uint256 hour, uint256 until);
    /// @notice Whose reservations are honoured is said once.
    error AlreadyHonoured(address source);
    /// @notice Whose reservations are honoured is said before anyone is admitted.
    error TooLateForReservations();
    /// @notice There is no contract at `source` that says what is reserved.
    error NotReservations(address source);

    error BadRules();
    error UnknownLineZone(uint256 line, uint256 zone, uint256 zones);
    error LineToItself(uint256 line, uint256 zone);
    error LossTooHigh(uint256 line, uint256 loss);
    /// @notice charge + loss x floor is negative: burning energy would pay.
    error LineRewardsLoss(uint256 line, uint256 charge, uint256 loss, int256 floor);

    error WrongLength(uint256 got, uint256 expected);
    error FlowAboveCapacity(uint256 line, uint256 sent, uint256 capacity);
    /// @notice What arrives is what was sent less the loss, rounded down to the kWh; from minute 55 on up or down.
    error ReceivedNotSentLessLoss(uint256 line, uint256 sent, uint256 received);
    error BoundsCrossed(uint256 zone, uint256 low, uint256 high);
    /// @notice The price of the bounds lies outside floor to cap.
    error PriceOutsideLimits(uint256 zone, uint256 price);
    error NetExportTooLow(uint256 zone, int256 net, int256 least);
    error NetExportTooHigh(uint256 zone, int256 net, int256 most);
    error LowBelowBook(uint256 zone, uint256 low, uint256 least);
    error HighAboveBook(uint256 zone, uint256 high, uint256 most);
    error LowNotSupporting(uint256 line);
    error HighNotSupporting(uint256 line);
    error NotLowest(uint256 zone);
    error NotHighest(uint256 zone);
    /// @notice The line sends a kWh of which nothing arrives, and the zone that sends it could use that kWh. From minute 55 on not asked.
    error EnergyWasted(uint256 line);

    /// @notice Lets the next `traders` of the registry order here, in number order: who clears lists all of them. Operator only. The registry's
    /// errors come through: NotEnrolled for a stranger, UnknownZone for a zone that this auction does not have.
    function admit(address[] calldata traders) external;

    /// @notice From now on nobody orders more than `collateral` allows. Operator only, once, before anyone is admitted.
    function appointCollateral(address collateral) external;

    /// @notice What an hour's order of each trader may cost at worst, as codes of Limits.sol, for orders of hours before `until`.
    /// Collateral only. Who is not admitted is passed over.
    function coverUntil(address[] calldata traders, uint256[] calldata limits, uint256 until) external;

    /// @notice Places or replaces the sender's order of one to three segments for the current hour.
    function submit(uint256 order) external;

    /// @notice Places or replaces the sender's order of four or five segments; `more` holds segments 3 (low 64 bits) and 4.
    function submit(uint256 order, uint256 more) external;

    /// @notice Takes the sender's order for the current hour back.
    function withdraw() external;

    /// @notice Has every clearing subtract what `source`, an IReservations, says is reserved on the lines. Operator only, once.
    function honour(address source) external;

    /// @notice The current hour by the clock of the chain.
    function currentHour() external view returns (uint256);

    /// @notice The trader's word: order of the hour it names, and who the trader is.
    function accountOf(address trader) external view returns (Account account, uint256 more);

    /// @notice What the orders that stand can cost their trader at worst (1e-5 CNY; 0 where no collateral is asked for), the first hour that
    /// is neither cleared nor over, and who sets limits.
    function atRiskOf(address trader) external view returns (uint256 worst, uint256 first, address by);

    function lineCount() external view returns (uint256);

    function lineAt(uint256 line) external view returns (Line memory);
}
