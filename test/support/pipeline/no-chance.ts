/**
 * Loaded into the programs of a job: pauses that are drawn by lot, up to ten minutes before a rotation, become none.
 * No two numbers are the same, for whoever makes names of them.
 */
let drawn = 0;
Math.random = () => {
  drawn++;
  return drawn * 1e-12;
};
