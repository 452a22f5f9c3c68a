//! Blocks of transactions on one database, in packed columns. What a transaction does and costs is left to revm.

use std::collections::HashSet;
use std::ops::Range;

use revm::context::result::{ExecutionResult, Output};
use revm::context::{BlockEnv, Context, TxEnv};
use revm::database::InMemoryDB;
use revm::handler::MainnetContext;
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, Bytes, TxKind, U256, keccak256};
use revm::state::{AccountInfo, EvmState};
use revm::{ExecuteCommitEvm, ExecuteEvm, MainBuilder, MainContext, MainnetEvm};

const ADDRESS: usize = 20;
const WORD: usize = 32;
const NONCE: usize = 8;

/// Strings one after the other.
#[derive(Debug, Default, PartialEq)]
pub struct Packed {
    pub bytes: Vec<u8>,
    /// Where each ends.
    pub ends: Vec<u64>,
}

impl Packed {
    fn push(&mut self, part: &[u8]) {
        self.bytes.extend_from_slice(part);
        self.ends.push(self.bytes.len() as u64);
    }
}

/// What came of the transactions of a block; a row a transaction, and a row a log.
#[derive(Debug, Default, PartialEq)]
pub struct Outcome {
    /// 1 where a transaction succeeded.
    pub status: Vec<u8>,
    /// Gas used.
    pub gas: Vec<u64>,
    /// Return data, or the data of a revert; nothing where a contract was created.
    pub outputs: Packed,
    /// Which transaction a log is of.
    pub log_transactions: Vec<u32>,
    /// 20 bytes a log.
    pub log_addresses: Vec<u8>,
    /// How many topics a log has.
    pub topic_counts: Vec<u8>,
    /// 32 bytes a topic.
    pub topics: Vec<u8>,
    pub log_data: Packed,
}

impl Outcome {
    fn push(&mut self, result: &ExecutionResult) {
        let transaction = self.status.len() as u32;
        self.status.push(result.is_success().into());
        self.gas.push(result.tx_gas_used());
        match result {
            ExecutionResult::Success { output: Output::Call(data), .. } => self.outputs.push(data),
            ExecutionResult::Revert { output, .. } => self.outputs.push(output),
            _ => self.outputs.push(&[]),
        }
        if !result.is_success() {
            return;
        }
        for log in result.logs() {
            self.log_transactions.push(transaction);
            self.log_addresses.extend_from_slice(log.address.as_slice());
            self.topic_counts.push(log.topics().len() as u8);
            for topic in log.topics() {
                self.topics.extend_from_slice(topic.as_slice());
            }
            self.log_data.push(&log.data.data);
        }
    }
}

/// What is asked: a row a transaction.
pub struct Asked<'a> {
    /// 20 bytes a transaction.
    pub senders: &'a [u8],
    /// 20 bytes a transaction; of no meaning where a contract is created.
    pub targets: &'a [u8],
    /// 1 where a transaction creates a contract.
    pub creates: &'a [u8],
    pub calldata: &'a [u8],
    /// Where each transaction's calldata ends.
    pub ends: Vec<usize>,
}

impl Asked<'_> {
    fn check(&self) -> Result<(), String> {
        let count = self.ends.len();
        if self.senders.len() != count * ADDRESS || self.targets.len() != count * ADDRESS || self.creates.len() != count {
            return Err(format!("columns of different lengths beside {count} transactions"));
        }
        if !self.ends.is_sorted() || self.ends.last().copied().unwrap_or(0) != self.calldata.len() {
            return Err(format!("the ends do not divide {} bytes of calldata", self.calldata.len()));
        }
        Ok(())
    }

    fn sender(&self, index: usize) -> Address {
        Address::from_slice(&self.senders[index * ADDRESS..][..ADDRESS])
    }

    fn transaction(&self, index: usize, chain_id: u64, gas_limit: u64) -> TxEnv {
        let kind = match self.creates[index] {
            0 => TxKind::Call(Address::from_slice(&self.targets[index * ADDRESS..][..ADDRESS])),
            _ => TxKind::Create,
        };
        let data = &self.calldata[part(&self.ends, index)];
        transaction(self.sender(index), kind, data, chain_id, gas_limit)
    }
}

fn part(ends: &[usize], index: usize) -> Range<usize> {
    index.checked_sub(1).map_or(0, |before| ends[before])..ends[index]
}

fn transaction(caller: Address, kind: TxKind, data: &[u8], chain_id: u64, gas_limit: u64) -> TxEnv {
    let data = Bytes::copy_from_slice(data);
    TxEnv { caller, kind, data, gas_limit, chain_id: Some(chain_id), ..TxEnv::default() }
}

/// A chain's state, and what a checkpoint has not seen of it.
pub struct Engine {
    chain_id: u64,
    block_gas: u64,
    balance: U256,
    block: BlockEnv,
    database: InMemoryDB,
    senders: HashSet<Address>,
    changed_senders: HashSet<Address>,
    changed_slots: HashSet<(Address, U256)>,
}

impl Engine {
    /// `block_gas` is every block's limit, `balance` what a sender begins with, in wei.
    pub fn new(chain_id: u64, block_gas: u64, balance: u128) -> Self {
        Self {
            chain_id,
            block_gas,
            balance: U256::from(balance),
            block: BlockEnv { gas_limit: block_gas, ..BlockEnv::default() },
            database: InMemoryDB::default(),
            senders: HashSet::new(),
            changed_senders: HashSet::new(),
            changed_slots: HashSet::new(),
        }
    }

    /// Gives an account its balance, unless it has had it.
    pub fn fund(&mut self, sender: Address) {
        if self.senders.insert(sender) {
            let info = AccountInfo { balance: self.balance, ..AccountInfo::default() };
            self.database.insert_account_info(sender, info);
            self.changed_senders.insert(sender);
        }
    }

    /// Carries out a block. Where revm refuses a transaction as invalid, those before it have been carried out.
    pub fn block(&mut self, number: u64, timestamp: u64, asked: &Asked<'_>, gas_limit: u64) -> Result<Outcome, String> {
        asked.check()?;
        for index in 0..asked.ends.len() {
            self.fund(asked.sender(index));
        }
        let block =
            BlockEnv { number: U256::from(number), timestamp: U256::from(timestamp), gas_limit: self.block_gas, ..BlockEnv::default() };
        self.block = block;
        let mut outcome = Outcome::default();
        let mut evm = evm(&mut self.database, self.chain_id, &self.block);
        for index in 0..asked.ends.len() {
            self.changed_senders.insert(asked.sender(index));
            let done = evm.transact(asked.transaction(index, self.chain_id, gas_limit)).map_err(|error| error.to_string())?;
            outcome.push(&done.result);
            note(&mut self.changed_slots, &done.state);
            evm.commit(done.state);
        }
        Ok(outcome)
    }

    /// Status and return data of a call at the last block; it changes nothing.
    pub fn call(&mut self, sender: Address, target: Address, data: &[u8], gas_limit: u64) -> Result<(bool, Vec<u8>), String> {
        self.fund(sender);
        let asked = transaction(sender, TxKind::Call(target), data, self.chain_id, gas_limit);
        let mut outcome = Outcome::default();
        let done = evm(&mut self.database, self.chain_id, &self.block).transact(asked).map_err(|error| error.to_string())?;
        outcome.push(&done.result);
        Ok((outcome.status[0] == 1, outcome.outputs.bytes))
    }

    /// Storage and senders' nonces that changed since this was last asked, as pairs in order of key: an address and 8 bytes of nonce,
    /// or an address with a slot and the 32 bytes in it. Code is not among them.
    pub fn changes(&mut self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let accounts = &self.database.cache.accounts;
        let mut pairs: Vec<_> = std::mem::take(&mut self.changed_senders)
            .into_iter()
            .map(|address| (address.to_vec(), accounts[&address].info.nonce.to_be_bytes().to_vec()))
            .collect();
        for (address, slot) in std::mem::take(&mut self.changed_slots) {
            let value = accounts.get(&address).and_then(|account| account.storage.get(&slot)).copied().unwrap_or_default();
            let key = [address.as_slice(), &slot.to_be_bytes::<WORD>()].concat();
            pairs.push((key, value.to_be_bytes::<WORD>().to_vec()));
        }
        pairs.sort_unstable();
        pairs
    }

    /// Takes over a pair that `changes` gave.
    pub fn restore(&mut self, key: &[u8], value: &[u8]) -> Result<(), String> {
        let whose = Address::from_slice(key.get(..ADDRESS).ok_or("a key shorter than an address")?);
        match (key.len() - ADDRESS, value.len()) {
            (0, NONCE) => {
                self.fund(whose);
                let account = self.database.cache.accounts.entry(whose).or_default();
                account.info.nonce = value.iter().fold(0, |nonce, byte| nonce << 8 | u64::from(*byte));
            }
            (WORD, WORD) => {
                let (slot, word) = (U256::from_be_slice(&key[ADDRESS..]), U256::from_be_slice(value));
                let Ok(()) = self.database.insert_account_storage(whose, slot, word);
            }
            _ => return Err(format!("no state of an account: a key of {} and a value of {} bytes", key.len(), value.len())),
        }
        Ok(())
    }
}

/// revm at the fork of the chain, above a database. Every transaction is committed before the next one: a journal that holds several loses
/// the code of a contract that destroys itself in one and is created again in the next.
fn evm<'a>(database: &'a mut InMemoryDB, chain_id: u64, block: &BlockEnv) -> MainnetEvm<MainnetContext<&'a mut InMemoryDB>> {
    Context::mainnet()
        .with_db(database)
        .modify_cfg_chained(|cfg| {
            cfg.set_spec_and_mainnet_gas_params(SpecId::PRAGUE);
            cfg.chain_id = chain_id;
            cfg.disable_nonce_check = true; // a sender's next nonce is the account's
        })
        .with_block(block.clone())
        .build_mainnet()
}

/// Adds the slots to which a transaction has given another value.
fn note(changed: &mut HashSet<(Address, U256)>, state: &EvmState) {
    for (address, account) in state.iter().filter(|(_, account)| account.is_touched() && !account.is_selfdestructed()) {
        for (slot, _) in account.changed_storage_slots() {
            changed.insert((*address, *slot));
        }
    }
}

/// Keccak-256 of every part of `data`, 32 bytes each.
pub fn keccaks(data: &[u8], ends: &[usize]) -> Vec<u8> {
    (0..ends.len()).flat_map(|index| keccak256(&data[part(ends, index)]).0).collect()
}

/// `value = keccak(value || part)` over the parts of `data` in order.
pub fn keccak_chain(value: &[u8], data: &[u8], ends: &[usize]) -> Vec<u8> {
    (0..ends.len()).fold(value.to_vec(), |value, index| keccak256([&value, &data[part(ends, index)]].concat()).to_vec())
}
