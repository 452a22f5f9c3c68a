//! What the engine's columns say, and that it is the fork it says it is; the conformance suite of the simulator compares the rest.

use revm::primitives::{Address, U256, hex};
use shengdian_native::engine::{Asked, Engine, Outcome, Packed, keccak_chain, keccaks};

const GAS: u64 = 10_000_000;

fn who(name: u8) -> Address {
    Address::repeat_byte(name)
}

fn engine() -> Engine {
    Engine::new(7, 1_000_000_000, 10)
}

/// A block of (sender, contract or none, calldata).
fn block(engine: &mut Engine, rows: &[(u8, Option<Address>, &[u8])]) -> Result<Outcome, String> {
    let mut ends = vec![];
    let mut calldata = vec![];
    for (_, _, data) in rows {
        calldata.extend_from_slice(data);
        ends.push(calldata.len());
    }
    let senders: Vec<u8> = rows.iter().flat_map(|row| who(row.0).to_vec()).collect();
    let targets: Vec<u8> = rows.iter().flat_map(|row| row.1.unwrap_or_default().to_vec()).collect();
    let creates: Vec<u8> = rows.iter().map(|row| u8::from(row.1.is_none())).collect();
    engine.block(1, 2, &Asked { senders: &senders, targets: &targets, creates: &creates, calldata: &calldata, ends }, GAS)
}

/// Creation code of a contract that has `runtime`, at most 255 bytes, as its code.
fn creation(runtime: &str) -> Vec<u8> {
    let code = hex::decode(runtime).unwrap();
    let length = code.len() as u8;
    [&[0x60, length, 0x60, 12, 0x60, 0, 0x39, 0x60, length, 0x60, 0, 0xf3], &code[..]].concat()
}

/// Keeps its argument in slot 0 and logs it.
const KEEP: &str = "6000356000556020600060003760206000a000";
/// Reverts with a word that says 0xaa.
const REVERT: &str = "60aa5f5260205ffd";

fn word(value: u8) -> [u8; 32] {
    U256::from(value).to_be_bytes()
}

#[test]
fn columns_say_what_came_of_each_transaction() {
    let (mut engine, keeper, refuser) = (engine(), who(0xa1).create(0), who(0xa1).create(1));
    let created = block(&mut engine, &[(0xa1, None, &creation(KEEP)), (0xa1, None, &creation(REVERT))]).unwrap();
    assert_eq!((created.status, created.outputs.ends), (vec![1, 1], vec![0, 0]));
    let found = block(&mut engine, &[(0xa2, Some(keeper), &word(5)), (0xa3, Some(refuser), &[]), (0xa2, Some(keeper), &word(6))]).unwrap();
    assert_eq!(found.status, [1, 0, 1]);
    assert_eq!(found.outputs, Packed { bytes: word(0xaa).to_vec(), ends: vec![0, 32, 32] });
    assert_eq!((found.log_transactions, found.topic_counts), (vec![0, 2], vec![0, 0]));
    assert_eq!(found.log_addresses, [keeper.to_vec(), keeper.to_vec()].concat());
    assert_eq!(found.log_data, Packed { bytes: [word(5), word(6)].concat(), ends: vec![32, 64] });
}

#[test]
fn a_slot_is_cold_and_clean_in_every_transaction_of_a_block() {
    let (mut engine, keeper) = (engine(), who(0xa1).create(0));
    block(&mut engine, &[(0xa1, None, &creation(KEEP))]).unwrap();
    let rows: Vec<_> = [7, 8, 8, 0].iter().map(|value| word(*value)).collect();
    block(&mut engine, &[(0xa2, Some(keeper), &word(3))]).unwrap();
    let asked: Vec<_> = rows.iter().map(|data| (0xa2, Some(keeper), &data[..])).collect();
    assert_eq!(block(&mut engine, &asked).unwrap().gas, [26_804, 26_804, 24_004, 21_992]);
}

#[test]
fn calldata_sets_a_floor_under_gas() {
    let found = block(&mut engine(), &[(0xa1, Some(who(0x77)), &[0xff; 1000])]).unwrap();
    assert_eq!(found.gas, [61_000]);
}

#[test]
fn code_of_more_than_24_kib_is_not_kept() {
    let longest = |length: u16| [&[0x61][..], &length.to_be_bytes(), &[0x5f, 0xf3]].concat();
    let found = block(&mut engine(), &[(0xa1, None, &longest(24_576)), (0xa1, None, &longest(24_577))]);
    assert_eq!(found.unwrap().status, [1, 0]);
}

#[test]
fn too_long_a_creation_is_an_error_and_changes_nothing() {
    let mut engine = engine();
    let refused = block(&mut engine, &[(0xa1, None, &vec![0; 49_153])]);
    assert!(refused.unwrap_err().contains("initcode"));
    assert_eq!(engine.changes(), [(who(0xa1).to_vec(), vec![0; 8])]);
}

#[test]
fn a_call_changes_nothing() {
    let (mut engine, keeper) = (engine(), who(0xa1).create(0));
    block(&mut engine, &[(0xa1, None, &creation(KEEP))]).unwrap();
    engine.changes();
    assert_eq!(engine.call(who(0xa1), keeper, &word(9), GAS), Ok((true, vec![])));
    assert_eq!(engine.changes(), []);
}

#[test]
fn changes_are_told_once_and_take_another_engine_to_the_same_state() {
    let (mut one, mut other, keeper) = (engine(), engine(), who(0xa1).create(0));
    for each in [&mut one, &mut other] {
        block(each, &[(0xa1, None, &creation(KEEP))]).unwrap();
        each.changes();
    }
    block(&mut one, &[(0xa2, Some(keeper), &word(5)), (0xa3, Some(keeper), &word(5))]).unwrap();
    let told = one.changes();
    let slot = [keeper.to_vec(), vec![0; 32]].concat();
    assert!(told.contains(&(slot, word(5).to_vec())) && told.contains(&(who(0xa2).to_vec(), vec![0, 0, 0, 0, 0, 0, 0, 1])));
    assert_eq!((told.len(), one.changes()), (3, vec![]));
    for (key, value) in &told {
        other.restore(key, value).unwrap();
    }
    let next = [(0xa3, Some(keeper), &word(6)[..])];
    assert_eq!(block(&mut one, &next), block(&mut other, &next));
    assert!(other.restore(&[1; 21], &[]).is_err());
}

#[test]
fn columns_of_different_lengths_are_refused() {
    let asked = Asked { senders: &[1; 3], targets: &[], creates: &[0], calldata: &[], ends: vec![0] };
    assert!(engine().block(1, 2, &asked, GAS).unwrap_err().starts_with("columns of different lengths"));
    let asked = Asked { senders: &[1; 20], targets: &[1; 20], creates: &[0], calldata: &[1], ends: vec![2] };
    assert!(engine().block(1, 2, &asked, GAS).unwrap_err().contains("do not divide"));
}

#[test]
fn keccak_of_many_strings_is_that_of_each() {
    let empty = hex!("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    let abc = hex!("4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
    assert_eq!(keccaks(b"abc", &[0, 3]), [empty, abc].concat());
    assert_eq!(keccak_chain(b"a", b"bc", &[2]), abc);
}
