// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Flow, Line, NO_PRICE, Rules} from "../core/Types.sol";
import {Grid, INodalAuction} from "../interfaces/INodalAuction.sol";
import {Zone} from "../libraries/Certificate.sol";
import {Dual} from "../libraries/Dual.sol";
import {Fills} from "../libraries/Fills.sol";
import {FlowCertificate} from "../libraries/FlowCertificate.sol";
import {Levels} from "../libraries/Levels.sol";
import {Network, Node} from "../libraries/Network.sol";
import {NetworkData} from "../libraries/NetworkData.sol";
import {Position} from "../libraries/Position.sol";
import {Row} from "../libraries/Row.sol";
import {ProvenAuction} from "./ProvenAuction.sol";

/// @title One stage over a network whose flows follow from net exports, one price a node.
contract NodalAuction is ProvenAuction, INodalAuction {
    /// @dev ticks from 0 within which floor and cap lie
    int256 private constant WIDEST = 2 ** 29;
    uint256 private constant FEWEST_TOLERANCES = 100;

    uint256 private immutable rowCount;
    uint64 private immutable tolerance;
    /// @dev contracts that hold the network's words
    address[] private parts;

    constructor(address registry, address ledger, Rules memory rules, Grid memory grid_)
        ProvenAuction(registry, ledger, rules, new Line[](0))
    {
        if (rules.floor < -WIDEST || rules.cap > WIDEST) revert PricesTooWide();
        uint256 rows = grid_.limits.length;
        _requireLength(grid_.factors.length, (rows + 7) / 8 * rules.zones);
        uint256 least = FEWEST_TOLERANCES * grid_.tolerance;
        uint256[] memory words = new uint256[](rows + grid_.factors.length);
        for (uint256 i = 0; i < rows; ++i) {
            uint256 word = grid_.limits[i];
            if (word >> 128 < least) revert LimitTooSmall(i, word >> 128, least);
            if (uint128(word) < least) revert LimitTooSmall(i, uint128(word), least);
            words[i] = word;
        }
        for (uint256 i = 0; i < grid_.factors.length; ++i) {
            words[rows + i] = grid_.factors[i];
        }
        (rowCount, tolerance) = (rows, grid_.tolerance);
        parts = NetworkData.write(words);
    }

    /// @inheritdoc INodalAuction
    function clear(uint256 hour, address[] calldata traders, Position[] calldata positions, Levels levels, Dual[] calldata duals) external {
        _close(hour);
        _requireLength(positions.length, zones);
        Row[] memory rows = _book(hour, traders);
        Zone[] memory list = new Zone[](zones);
        Node[] memory nodes = FlowCertificate.unpack(positions);
        Network memory network = Network(NetworkData.read(parts), rowCount, zones, tolerance);
        int256 gap = FlowCertificate.prove(rows, list, nodes, network, levels, duals, cap - floor, int256(k));
        uint256[] memory fills = new uint256[](rows.length);
        Fills.share(rows, list, fills);

        int256[] memory amounts = _noMoney(traders);
        int256[] memory net = new int256[](zones);
        int256[] memory prices = _settle(list, nodes, net, amounts);
        uint256[] memory words = _payTraders(amounts, rows, list, fills);
        _keep(hour, prices);
        emit HourCleared(hour, 1, prices, new Flow[](0), words, gap);
        emit NetworkCleared(hour, net, duals);
        _post(amounts);
    }

    /// @inheritdoc INodalAuction
    function grid() external view returns (Grid memory) {
        uint256[] memory words = NetworkData.read(parts);
        uint256[] memory limits = new uint256[](rowCount);
        uint256[] memory factors = new uint256[](words.length - rowCount);
        for (uint256 i = 0; i < words.length; ++i) {
            if (i < rowCount) limits[i] = words[i];
            else factors[i - rowCount] = words[i];
        }
        return Grid(limits, factors, tolerance);
    }

    /// @dev Has every zone's orders pay and get its node's price, and what that leaves be rent. Returns the prices as the event has them.
    function _settle(Zone[] memory list, Node[] memory nodes, int256[] memory net, int256[] memory amounts)
        private
        view
        returns (int256[] memory prices)
    {
        prices = new int256[](zones);
        bool traded = false;
        int256 rent = 0;
        for (uint256 i = 0; i < nodes.length; ++i) {
            if (Fills.sales(list[i]) > 0) traded = true;
            net[i] = nodes[i].net;
            prices[i] = floor + nodes[i].price;
            rent -= prices[i] * net[i];
            list[i].price = uint256(nodes[i].price);
        }
        _payRent(amounts, rent);
        for (uint256 i = 0; i < prices.length && !traded; ++i) {
            prices[i] = NO_PRICE;
        }
    }
}
