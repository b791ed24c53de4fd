mod due;
mod explorer;
mod given;
mod hand;
mod levers;
mod scheduler;
mod task;
