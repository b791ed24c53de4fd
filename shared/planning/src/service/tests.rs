use super::*;

#[test]
fn each_operation_is_at_its_path() {
    for operation in Operation::ALL {
        assert_eq!(Operation::at(operation.path()), Some(operation));
    }
    assert_eq!(Operation::at("/design"), None);
}
