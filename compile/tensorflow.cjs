// By require(), for `import` reads a CommonJS package through for the names of its exports: 1.3 MB, in every process anew.
const tf = require('@tensorflow/tfjs');

module.exports = tf;
