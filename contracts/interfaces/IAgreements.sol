// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice How long before delivery an agreement is made; every month is traded in this order.
enum Horizon {
    None,
    Annual,
    Monthly,
    WithinMonth
}

/// @notice How a month's energy falls on its hours. All but LoadProportional deliver the same every day; LoadProportional follows the
/// month's forecast load by day. All but Flat have 24 weights by clock hour of the day, whose parts are equal.
enum Curve {
    Flat,
    PeakFlatValley,
    LoadProportional,
    Own
}

enum State {
    Proposed,
    Accepted,
    Cancelled
}

/// @notice What one side proposes to the other.
struct Terms {
    address counterparty;
    /// @dev whether the proposer sells
    bool sells;
    Horizon horizon;
    Curve curve;
    uint16 firstMonth;
    /// @dev of its month, from 0; only within the month may it be another than the first
    uint8 firstDay;
    /// @dev NO_LINE inside a province
    uint16 line;
    /// @dev fen/MWh sent
    int32 price;
    /// @dev block time from which it can no longer be accepted
    uint64 expires;
    /// @dev kWh sent, by month from the first one: up to twelve in an annual agreement, one in the others
    uint64[] quantities;
    /// @dev by clock hour of the day, in any unit; empty for Flat
    uint32[] weights;
}

/// @title Bilateral agreements: one side proposes, the other accepts, and every hour of delivery is paid. More than two parties agree in pairs.
/// @notice A month is traded annually, then monthly, then within the month, each time in a window that the operator opens; a window ends
/// the ones before for good. In every month the net position of a participant, sales less purchases, stays within the capability that the
/// operator registered for it: so who has none may resell what it bought, and no more. An agreement between provinces is flat and
/// reserves the line from the seller's to the buyer's, of which each horizon opens a share. Its buyer bears the loss and pays the line's
/// charge on top of the price. A month takes 1,024 agreements, at most 128 of one participant, and its last 256 places only those of which
/// a side has none in the month yet.
/// @dev A month's energy is split over days, and a day's over hours, by largest remainder (Split), so that nothing is lost. Errors that the
/// auctions have too are theirs (IAuction).
interface IAgreements {
    /// @notice The calendar has a next month.
    /// @param firstHour hours since the start
    event MonthAdded(uint256 indexed month, uint256 firstHour, uint32[] load);
    event WindowOpened(Horizon indexed horizon, uint256 firstMonth, uint256 count, uint256 closes);
    /// @param capability kWh that the participant can sell of the month
    event CapabilitySet(uint256 indexed number, uint256 indexed month, uint256 capability);
    /// @param seller registry number
    /// @param buyer registry number
    event AgreementProposed(uint256 indexed id, uint256 indexed seller, uint256 indexed buyer, Terms terms);
    event AgreementAccepted(uint256 indexed id);
    event AgreementCancelled(uint256 indexed id);
    /// @notice The agreements' energy of an hour is paid.
    /// @param deliveries a Delivery by agreement, in the order of acceptance; those without energy are left out
    event DeliveryPaid(uint256 indexed hour, uint256[] deliveries);

    error DayCount(uint256 days_, uint256 most);
    error WeightZero(uint256 place);
    error UnknownMonth(uint256 month, uint256 months);
    /// @notice The month is already traded at this horizon or a later one.
    error HorizonPassed(uint256 month, Horizon horizon);
    /// @notice A window closes later than now, and before its last moment: the month's beginning, or its end for trading within the month.
    error BadClosing(uint256 month, uint256 closes, uint256 latest);
    /// @notice More is sold already.
    error CapabilityBelowPosition(uint256 capability, int256 position);

    error WithYourself(uint256 number);
    error AlreadyExpired(uint256 expires, uint256 time);
    error MonthCount(uint256 months, uint256 most);
    error WindowClosed(uint256 month, Horizon horizon);
    error BadFirstDay(uint256 day, uint256 days_);
    error DeliveryBegun(uint256 hour, uint256 beganAt);
    /// @notice The two are not in one zone, or not at the ends of the line.
    error OtherZone(uint256 zone, uint256 expected);
    error UnknownLine(uint256 line, uint256 lines);
    /// @notice On a line every hour has the same whole kWh.
    error NotFlat(uint256 quantity, uint256 hours_);

    error UnknownAgreement(uint256 id);
    error NotProposed(uint256 id, State state);
    error NotCounterparty(uint256 id, address sender);
    error NotProposer(uint256 id, address sender);
    error Expired(uint256 id, uint256 expires);
    error AboveCapability(uint256 month, int256 position, uint256 capability);
    error LineFull(uint256 line, uint256 month, uint256 reserved, uint256 opened);
    /// @notice The month has as many agreements as it takes; `most` is more for those of somebody who has none in it yet.
    error MonthFull(uint256 month, uint256 most);
    /// @notice Participant `number` has as many agreements of the month as one may have.
    error QuotaFull(uint256 month, uint256 number, uint256 most);

    error NotNextHour(uint256 hour, uint256 nextHour);
    error HourNotBegun(uint256 hour, uint256 beginsAt);

    /// @notice Appends a month of as many days as there are weights. Operator only.
    /// @param load forecast by day, above 0, in any unit
    function addMonth(uint32[] calldata load) external;

    /// @notice Trades `count` months, at most twelve, from `firstMonth` on at a horizon, until `closes`. Operator only.
    function openWindow(Horizon horizon, uint16 firstMonth, uint8 count, uint64 closes) external;

    /// @notice Says how much energy of a month a participant can sell, kWh. Operator only.
    function setCapability(address who, uint256 month, uint64 capability) external;

    /// @notice Proposes an agreement to `terms.counterparty`.
    function propose(Terms calldata terms) external returns (uint256 id);

    /// @notice Makes the agreement binding. Only who it was proposed to.
    function accept(uint256 id) external;

    /// @notice Takes back what is not accepted. Only who proposed it.
    function cancel(uint256 id) external;

    /// @notice Pays the energy of an hour. Operator only, hour after hour, from the beginning of the hour on.
    function settle(uint256 hour) external;

    /// @notice The hour to be settled next.
    function nextHour() external view returns (uint256);

    /// @notice How many months the calendar has.
    function months() external view returns (uint256);

    /// @notice How many agreements were proposed; ids count from 0.
    function agreements() external view returns (uint256);

    function stateOf(uint256 id) external view returns (State);

    /// @notice kWh that an agreement would send in an hour, accepted or not; 0 outside its delivery.
    function energyOf(uint256 id, uint256 hour) external view returns (uint256);

    /// @notice Sales less purchases of a participant in a month, and how high that may be, kWh.
    function positionOf(uint256 number, uint256 month) external view returns (int256 position, uint256 capability);

    /// @notice kWh an hour that are reserved on a line when the month ends, which is when most are.
    function reserved(uint256 line, uint256 month) external view returns (uint256);
}
