mod attacks;
mod benign;
mod random;
mod small_lake;
