import { crashPoint } from './crash-point.js';

for (let passage = 1; passage <= 3; passage += 1) {
  crashPoint('before-ack');
  console.log(JSON.stringify({ passage }));
}
