//! Blocks of transactions through revm for Python: columns in, columns out.

pub mod engine;

#[cfg(feature = "python")]
mod python {
    use pyo3::exceptions::PyValueError;
    use pyo3::prelude::*;
    use pyo3::types::{PyBytes, PyDict};
    use revm::primitives::Address;

    use crate::engine::{self, Asked, Outcome, Packed};

    type Text = Py<PyBytes>;

    fn invalid(message: String) -> PyErr {
        PyValueError::new_err(message)
    }

    fn address(bytes: &[u8]) -> PyResult<Address> {
        Address::try_from(bytes).map_err(|_| invalid(format!("an address of {} bytes", bytes.len())))
    }

    /// Little-endian numbers as bytes, which numpy reads as they are.
    macro_rules! packed {
        ($py:expr, $numbers:expr) => {
            PyBytes::new($py, &$numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>()).unbind()
        };
    }

    /// `ends` as places in `data`; ValueError where they do not divide it.
    fn places(data: &[u8], ends: &[u8]) -> PyResult<Vec<usize>> {
        let (numbers, rest) = ends.as_chunks::<8>();
        let places: Vec<usize> = numbers.iter().map(|number| u64::from_le_bytes(*number) as usize).collect();
        if !rest.is_empty() || !places.is_sorted() || places.last().copied().unwrap_or(0) != data.len() {
            return Err(invalid(format!("the ends do not divide {} bytes", data.len())));
        }
        Ok(places)
    }

    /// What came of the transactions of a block: a row a transaction, and a row a log. Numbers are little-endian.
    #[pyclass(frozen, get_all, module = "shengdian_native")]
    struct Block {
        /// a byte a transaction, 1 where it succeeded
        status: Text,
        /// 8 bytes a transaction
        gas: Text,
        /// return data, or the data of a revert, one after the other; nothing where a contract was created
        outputs: Text,
        /// where each ends, 8 bytes a transaction
        output_ends: Text,
        /// which transaction a log is of, 4 bytes a log
        log_transactions: Text,
        /// 20 bytes a log
        log_addresses: Text,
        /// a byte a log
        topic_counts: Text,
        /// 32 bytes a topic
        topics: Text,
        /// data of logs, one after the other
        log_data: Text,
        /// where each ends, 8 bytes a log
        log_data_ends: Text,
    }

    impl Block {
        fn of(py: Python<'_>, found: &Outcome) -> Self {
            let bytes = |data: &[u8]| PyBytes::new(py, data).unbind();
            let strings = |packed: &Packed| (bytes(&packed.bytes), packed!(py, packed.ends));
            let ((outputs, output_ends), (log_data, log_data_ends)) = (strings(&found.outputs), strings(&found.log_data));
            Self {
                status: bytes(&found.status),
                gas: packed!(py, found.gas),
                outputs,
                output_ends,
                log_transactions: packed!(py, found.log_transactions),
                log_addresses: bytes(&found.log_addresses),
                topic_counts: bytes(&found.topic_counts),
                topics: bytes(&found.topics),
                log_data,
                log_data_ends,
            }
        }
    }

    /// A chain's state at the fork Prague. ValueError for what revm refuses as invalid.
    #[pyclass(module = "shengdian_native")]
    struct Engine(engine::Engine);

    #[pymethods]
    impl Engine {
        /// `block_gas` is every block's limit; a sender begins with `balance` wei.
        #[new]
        fn new(chain_id: u64, block_gas: u64, balance: u128) -> Self {
            Self(engine::Engine::new(chain_id, block_gas, balance))
        }

        /// Gives an account, 20 bytes, its balance, unless it has had it.
        fn fund(&mut self, account: &[u8]) -> PyResult<()> {
            self.0.fund(address(account)?);
            Ok(())
        }

        /// Carries out a block without the interpreter's lock. Senders and targets have 20 bytes a transaction, `creates` a byte that is 1
        /// where a contract is created, `ends` 8 bytes, little-endian, that say where its calldata ends; `gas_limit` is a transaction's.
        #[allow(clippy::too_many_arguments)]
        fn block(
            &mut self,
            py: Python<'_>,
            number: u64,
            timestamp: u64,
            senders: &[u8],
            targets: &[u8],
            creates: &[u8],
            calldata: &[u8],
            ends: &[u8],
            gas_limit: u64,
        ) -> PyResult<Block> {
            let asked = Asked { senders, targets, creates, calldata, ends: places(calldata, ends)? };
            let found = py.detach(|| self.0.block(number, timestamp, &asked, gas_limit)).map_err(invalid)?;
            Ok(Block::of(py, &found))
        }

        /// Status and return data of a call at the last block; it changes nothing.
        fn call<'py>(
            &mut self,
            py: Python<'py>,
            sender: &[u8],
            target: &[u8],
            data: &[u8],
            gas_limit: u64,
        ) -> PyResult<(bool, Bound<'py, PyBytes>)> {
            let (status, output) = self.0.call(address(sender)?, address(target)?, data, gas_limit).map_err(invalid)?;
            Ok((status, PyBytes::new(py, &output)))
        }

        /// Storage and senders' nonces that changed since this was last asked, by key in order: an address (8 bytes of nonce) or an
        /// address with a slot (32 bytes). Numbers are big-endian. Code is not among them.
        fn changes<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
            let found = PyDict::new(py);
            for (key, value) in self.0.changes() {
                found.set_item(PyBytes::new(py, &key), PyBytes::new(py, &value))?;
            }
            Ok(found)
        }

        /// Takes over a pair that `changes` gave; ValueError for any other.
        fn restore(&mut self, key: &[u8], value: &[u8]) -> PyResult<()> {
            self.0.restore(key, value).map_err(invalid)
        }
    }

    /// Keccak-256 of strings that lie one after the other, 32 bytes each; `ends` are 8 bytes a string, little-endian.
    #[pyfunction]
    fn keccaks<'py>(py: Python<'py>, data: &[u8], ends: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let places = places(data, ends)?;
        Ok(PyBytes::new(py, &py.detach(|| engine::keccaks(data, &places))))
    }

    /// `value = keccak(value || string)` over the strings in order.
    #[pyfunction]
    fn keccak_chain<'py>(py: Python<'py>, value: &[u8], data: &[u8], ends: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let places = places(data, ends)?;
        Ok(PyBytes::new(py, &py.detach(|| engine::keccak_chain(value, data, &places))))
    }

    #[pymodule]
    fn shengdian_native(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add_class::<Engine>()?;
        module.add_class::<Block>()?;
        module.add_function(wrap_pyfunction!(keccaks, module)?)?;
        module.add_function(wrap_pyfunction!(keccak_chain, module)?)
    }
}
