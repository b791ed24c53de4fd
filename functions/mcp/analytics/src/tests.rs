mod asking;
mod company;
mod dashboards;
mod stage;
