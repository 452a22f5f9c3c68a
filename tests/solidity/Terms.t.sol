// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Terms} from "../../contracts/core/Terms.sol";
import {ITerms} from "../../contracts/interfaces/ITerms.sol";
import {Base, Log} from "./Base.sol";

contract TermsTest is Base {
    function test_terms_are_said_once_and_stay() public {
        vm.recordLogs();
        Terms terms = new Terms("config", "data", "code", "own");
        Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "logs");
        assertTrue(logs[0].topics[0] == ITerms.TermsBound.selector, "event");
        bytes32[4] memory said = abi.decode(logs[0].data, (bytes32[4]));
        assertTrue(said[0] == "config" && said[1] == "data" && said[2] == "code" && said[3] == "own", "said");
        assertTrue(terms.config() == bytes32("config"), "config");
        assertTrue(terms.data() == bytes32("data"), "data");
        assertTrue(terms.code() == bytes32("code"), "code");
        assertTrue(terms.ownCode() == bytes32("own"), "own code");
    }
}
