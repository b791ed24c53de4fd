//! Who holds a port, so that "address in use" comes with a name.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    process::Command,
    time::Duration,
};

/// Whether something listens there.
pub(super) fn is_taken(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, Duration::from_millis(300)).is_ok()
}

/// The process that listens there, as `pid 123 (command)`; `None` if the system does not tell (another user's process).
pub(super) fn holder(port: u16) -> Option<String> {
    let pid = from_proc(port).or_else(|| from_lsof(port))?;
    let command = fs::read(format!("/proc/{pid}/cmdline"))
        .map(|bytes| String::from_utf8_lossy(&bytes).replace('\0', " ").trim().to_owned())
        .unwrap_or_default();
    Some(if command.is_empty() { format!("pid {pid}") } else { format!("pid {pid} ({command})") })
}

/// Linux: the listening socket's inode, then whoever has it open.
fn from_proc(port: u16) -> Option<u32> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .find_map(|table| listening_inode(&table, port))?;
    let wanted = format!("socket:[{inode}]");
    fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let mut open = fs::read_dir(entry.path().join("fd")).ok()?.flatten();
        open.any(|fd| fs::read_link(fd.path()).is_ok_and(|link| link.to_str() == Some(&wanted))).then_some(pid)
    })
}

/// From the kernel's table: columns are slot, local address, remote address, state, …, inode (the tenth).
fn listening_inode(table: &str, port: u16) -> Option<u64> {
    const LISTEN: &str = "0A";
    let suffix = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let mut columns = line.split_whitespace();
        let local = columns.nth(1)?;
        let state = columns.nth(1)?;
        let inode = columns.nth(5)?;
        (local.ends_with(&suffix) && state == LISTEN).then(|| inode.parse().ok()).flatten()
    })
}

/// Elsewhere: lsof, where it is there.
fn from_lsof(port: u16) -> Option<u32> {
    let output = Command::new("lsof").args(["-nP", "-t", "-sTCP:LISTEN", &format!("-iTCP:{port}")]).output().ok()?;
    String::from_utf8_lossy(&output.stdout).lines().next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listening_socket_is_found_in_the_kernels_table_by_port_and_state() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
                     0: 0100007F:11D6 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 111 1\n\
                     1: 0100007F:11D6 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1\n";
        assert_eq!(listening_inode(table, 0x11D6), Some(222));
        assert_eq!(listening_inode(table, 0x11D7), None);
    }

    #[test]
    fn the_holder_of_a_port_is_named() {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(is_taken(port));
        let holder = holder(port).expect("this process holds it");
        assert!(holder.starts_with(&format!("pid {} ", std::process::id())), "{holder}");
    }
}
