// A thread as a built program has it: plain JavaScript, no loader.
export default (job) => Promise.resolve(job)
