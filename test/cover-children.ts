/** Under `npm run coverage`: programs that tests start write down which of their code ran. */
process.env.NODE_V8_COVERAGE = process.env.PATCHWITNESS_COVERAGE;
