// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";

import {IPlaces, PLACES_A_WORD, PLACE_WIDTH, ROLE_IN_PLACE} from "../interfaces/IPlaces.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {FIRST_PARTICIPANT, Role} from "./Types.sol";

/// @title The registry that IRegistry describes.
contract Registry is IRegistry, IPlaces, AccessControl {
    /// @notice Who may enrol participants and clear auctions before anyone else.
    bytes32 public constant OPERATOR_ROLE = keccak256("OPERATOR_ROLE");
    /// @notice The first participant's number; the ledger's accounts below it are nobody's.
    uint256 public constant FIRST_NUMBER = FIRST_PARTICIPANT;
    /// @notice How many zones there are; they are numbered from 0.
    uint8 public immutable zones;

    struct Participant {
        uint16 number;
        Role role;
        uint8 zone;
    }

    mapping(address who => Participant) private participants;
    /// @dev as IPlaces has them
    mapping(uint256 word => uint256) private places;
    /// @inheritdoc IRegistry
    uint256 public nextNumber = FIRST_NUMBER;
    /// @notice The highest number that is given.
    uint256 public lastNumber = type(uint16).max;

    /// @notice No number above this one is given any more.
    event ClosedAfter(uint256 number);

    /// @notice The highest number can only be lowered, and not below one that is taken.
    error NotLower(uint256 number, uint256 lastNumber, uint256 nextNumber);

    constructor(address operator, uint8 zones_) {
        zones = zones_;
        _grantRole(DEFAULT_ADMIN_ROLE, operator);
        _grantRole(OPERATOR_ROLE, operator);
    }

    /// @inheritdoc IRegistry
    function enrol(address who, Role role, uint8 zone) external onlyRole(OPERATOR_ROLE) returns (uint256 number) {
        if (who == address(0) || role == Role.None) revert EmptyParticipant();
        if (zone >= zones) revert UnknownZone(zone, zones);
        if (participants[who].number != 0) revert AlreadyEnrolled(who, participants[who].number);
        number = nextNumber;
        if (number > lastNumber) revert RegistryFull();

        nextNumber = number + 1;
        participants[who] = Participant(uint16(number), role, zone);
        places[number / PLACES_A_WORD] |= (uint256(role) << ROLE_IN_PLACE | zone) << number % PLACES_A_WORD * PLACE_WIDTH;
        emit Enrolled(who, number, role, zone);
    }

    /// @notice Closes the registry above `number`, for good: how many may trade decides how large a book can get, and so whether it can be
    /// cleared in a block. Operator only.
    function closeAfter(uint256 number) external onlyRole(OPERATOR_ROLE) {
        if (number >= lastNumber || number + 1 < nextNumber) revert NotLower(number, lastNumber, nextNumber);
        lastNumber = number;
        emit ClosedAfter(number);
    }

    /// @inheritdoc IRegistry
    function participant(address who) external view returns (uint256 number, Role role, uint8 zone) {
        Participant memory found = participants[who];
        if (found.number == 0) revert NotEnrolled(who);
        return (found.number, found.role, found.zone);
    }

    /// @inheritdoc IPlaces
    function placesOf(uint256 word) external view returns (uint256) {
        return places[word];
    }

    /// @inheritdoc IRegistry
    function isOperator(address who) external view returns (bool) {
        return hasRole(OPERATOR_ROLE, who);
    }
}
