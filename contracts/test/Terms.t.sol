// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Terms} from "../core/Terms.sol";
import {Base} from "./Base.sol";

contract TermsTest is Base {
    function test_terms_are_said_once_and_stay() public {
        vm.expectEmit(false, false, false, true);
        emit Terms.TermsBound("config", "data", "code", "own");
        Terms terms = new Terms("config", "data", "code", "own");
        assertTrue(terms.config() == bytes32("config"), "config");
        assertTrue(terms.data() == bytes32("data"), "data");
        assertTrue(terms.code() == bytes32("code"), "code");
        assertTrue(terms.ownCode() == bytes32("own"), "own code");
    }
}
