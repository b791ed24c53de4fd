//! Arrow's values as JSON.

use arrow::array::{Array as _, ArrayRef, AsArray as _};
use arrow::datatypes::{DataType, Float64Type, Int64Type, UInt64Type};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use serde_json::Value;

/// A cell. Whole numbers beyond what JSON's readers keep exactly, decimals, days and times are texts.
pub(crate) fn cell(array: &ArrayRef, row: usize) -> Result<Value, ArrowError> {
    /// 2^53: the largest whole number up to which every one is a double.
    const EXACT: u64 = 1 << 53;
    if array.is_null(row) {
        return Ok(Value::Null);
    }
    if let Some(truths) = array.as_boolean_opt() {
        return Ok(truths.value(row).into());
    }
    if let Some(wholes) = array.as_primitive_opt::<Int64Type>() {
        let whole = wholes.value(row);
        return Ok(if whole.unsigned_abs() <= EXACT { whole.into() } else { whole.to_string().into() });
    }
    if let Some(wholes) = array.as_primitive_opt::<UInt64Type>() {
        let whole = wholes.value(row);
        return Ok(if whole <= EXACT { whole.into() } else { whole.to_string().into() });
    }
    if let Some(numbers) = array.as_primitive_opt::<Float64Type>() {
        let number = numbers.value(row);
        // Infinity and NaN have no form in JSON.
        return Ok(serde_json::Number::from_f64(number).map_or_else(|| number.to_string().into(), Value::Number));
    }
    let options = FormatOptions::default();
    Ok(ArrayFormatter::try_new(array.as_ref(), &options)?.value(row).try_to_string()?.into())
}

/// About how long a cell is in an answer.
pub(crate) fn size(cell: &Value) -> usize {
    const SHORT: usize = 8;
    cell.as_str().map_or(SHORT, str::len)
}

/// A column's kind, for people.
pub(crate) fn kind(data_type: &DataType) -> &'static str {
    if matches!(data_type, DataType::Boolean) {
        "truth"
    } else if matches!(data_type, DataType::Date32 | DataType::Date64) {
        "day"
    } else if matches!(data_type, DataType::Timestamp(..)) {
        "time"
    } else if data_type.is_integer() {
        "whole"
    } else if data_type.is_numeric() {
        "number"
    } else {
        "text"
    }
}
