// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Energy of an hour offered or wanted at a fixed price, which others of the zone take, whole or in part.
/// @notice Who takes first is served first. Takes of the same block time are one pool: where they want more than is left, their traders share
/// it pro rata, rounded down to the kWh, and the remainder goes one kWh each, in the order of their first takes, to shares that are not whole.
/// A trader has one share, of all that it takes in the block, and may take what is left at most: many takes win no more than one. A pool can
/// be shared only in a later block: by the next take, by `cancel`, or by anyone's `share`. Everyone trades at the posted price.
/// @dev A take is binding and so is a listing that is being taken. Errors that the auctions have too are theirs (IAuction).
interface IListing {
    /// @param number registry number of the poster
    event ListingPosted(uint256 indexed id, uint256 indexed hour, uint256 number, bool sells, int256 price, uint256 quantity);
    /// @param number registry number of the taker
    event TakeMade(uint256 indexed id, uint256 number, uint256 quantity);
    /// @notice A pool is shared and paid.
    /// @param fills one word a taker in the order of their first takes: its registry number at bit 32, kWh in the lowest 32 bits
    event TakesFilled(uint256 indexed id, uint256[] fills);
    /// @param quantity kWh that nobody had taken
    event ListingCancelled(uint256 indexed id, uint256 quantity);

    error UnknownListing(uint256 id);
    error OwnListing(uint256 id);
    error OtherZone(uint256 zone, uint256 expected);
    error SoldOut(uint256 id);
    /// @notice With its takes of this block time the sender wants `quantity`.
    error QuantityAboveLeft(uint256 quantity, uint256 left);
    /// @notice So many traders took of the listing in this block time.
    error PoolFull(uint256 id, uint256 most);
    error NothingTaken(uint256 id);
    /// @notice Takes of this very block time may still come.
    error BeingTaken(uint256 id, uint256 time);
    error NotPoster(uint256 id, address sender);

    /// @notice Posts energy of `hour`, whose gate (minute 30) must be open; hours to come may be listed ahead.
    /// @param sells whether the sender offers or wants
    /// @param price fen/MWh
    /// @param quantity kWh
    function post(uint24 hour, bool sells, int32 price, uint32 quantity) external returns (uint256 id);

    /// @notice Takes `quantity` kWh more; with what the sender takes besides in the block, at most what is left.
    function take(uint256 id, uint32 quantity) external;

    /// @notice Shares a pool of an earlier block.
    function share(uint256 id) external;

    /// @notice Takes back what nobody has taken.
    function cancel(uint256 id) external;

    /// @notice kWh left before the pool, if any, is shared.
    function leftOf(uint256 id) external view returns (uint256);

    /// @notice How many listings there are; ids count from 0.
    function listings() external view returns (uint256);
}
