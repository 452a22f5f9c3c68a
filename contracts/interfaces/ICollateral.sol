// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Deposits that cover what traders may come to owe, and a fund of all for what a deposit does not cover.
/// @notice Cash comes in through the operator's bank: `credit` notes what arrived, and only that can be deposited, contributed or paid.
/// The contract is a participant of the registry, and its members are those enrolled before it: who is enrolled later has no deposit, orders
/// nothing that costs, and no close waits for it. Its ledger account is minus the cash that it holds for the other accounts; after a close it
/// is what the grid and the rent lack, and what is owed to those who are no members: zero as a rule. Money in 1e-5 CNY. All cash: money + deposits + fund - balance of its account = credited - redeemed.
///
/// Limits: until the next close, a trader's order of any hour may cost at worst (deposit - debt - what stands for hours that are not
/// cleared) / (hours until then). So what stands and what may still be ordered never costs more than the deposit has left.
///
/// Close: every `period` hours all accounts of the ledger are brought to zero. Who is owed is paid. Who still owes is in default: the own
/// deposit covers it, then the fund, and what is missing is taken from what the rent account (1) is owed, which is nobody's, and then shared by
/// the others who are owed, pro rata. The ledger's two accounts that are nobody's get what they are owed otherwise; what they lack (whole kWh
/// and ticks may leave the grid a little short) is no default and takes from nobody: it stays on the ledger, to be met by what they earn.
interface ICollateral {
    /// @notice Cash of `number` arrived at the bank.
    event Credited(uint256 indexed number, uint256 amount);
    /// @notice Cash left to its owner's bank.
    event Redeemed(uint256 indexed number, uint256 amount);
    event Deposited(uint256 indexed number, uint256 amount);
    event Withdrawn(uint256 indexed number, uint256 amount);
    event Contributed(uint256 indexed number, uint256 amount);
    /// @notice `number` paid what it owed, or a part.
    event DebtPaid(uint256 indexed number, uint256 amount);
    /// @notice `number` did not pay what it owed when accounts were closed in `hour`; `owed` is the sum of the other three.
    event Defaulted(
        uint256 indexed hour, uint256 indexed number, uint256 owed, uint256 fromCollateral, uint256 fromFund, uint256 shared
    );
    /// @notice All accounts of members were brought to zero in `hour` by posting `amounts`, by account number.
    event AccountsClosed(uint256 indexed hour, uint256 nextClose, int256[] amounts);

    error NotOperator(address sender);
    error BadPeriod(uint256 period);
    error AmountZero();
    error WrongLength(uint256 got, uint256 expected);
    error WrongNumber(uint256 number, uint256 expected);
    /// @notice The sender has only `money` that is neither deposited nor paid.
    error NotEnoughMoney(uint256 amount, uint256 money);
    /// @notice The deposit beyond debt and what stands is only `free`; negative where it does not cover them.
    error NotEnoughFree(uint256 amount, int256 free);
    /// @notice Only participants up to number `last`, those enrolled before this contract, have deposits.
    error NotMember(uint256 number, uint256 last);
    error MoreThanOwed(uint256 amount, uint256 owed);
    /// @notice Accounts are closed from `opensAt` on.
    error TooEarly(uint256 time, uint256 opensAt);

    /// @notice Notes cash of participants that arrived at the bank. Operator only.
    function credit(address[] calldata participants, uint64[] calldata amounts) external;

    /// @notice Takes money out to the sender's bank.
    function redeem(uint64 amount) external;

    /// @notice Money of the sender becomes its deposit; ends a default.
    function deposit(uint64 amount) external;

    /// @notice Takes back of the deposit what covers neither debt nor an order that stands.
    function withdraw(uint64 amount) external;

    /// @notice Gives money of the sender to the fund for good.
    function contribute(uint64 amount) external;

    /// @notice Pays what the sender owes on the ledger, or a part.
    function pay(uint64 amount) external;

    /// @notice Closes all accounts: the operator from the last minute before `nextClose` on, anyone an hour later. `participants` are all
    /// members and this contract, in number order: enrolling more does not change who they are.
    function close(address[] calldata participants) external;

    /// @notice Hours between two closes.
    function period() external view returns (uint256);

    /// @notice Accounts are closed before this hour begins; limits hold until then.
    function nextClose() external view returns (uint256);

    /// @notice What the fund has left.
    function fund() external view returns (uint256);

    /// @notice Money that is neither deposited nor paid, the deposit, and whether the last close found the participant in default.
    function bookOf(uint256 number) external view returns (uint256 money, uint256 deposited, bool inDefault);

    /// @notice The participant's deposit less its debt and what its standing orders can cost at worst.
    function freeOf(address participant) external view returns (int256);
}
