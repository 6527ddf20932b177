#!/bin/sh
# A certificate authority of this installation and one certificate for each store, into a directory (default deploy/secrets).
# Leaves what is there: remove a store's .crt and .key to have them made anew. Needs openssl. HOSTS adds names to all of them.
set -eu
umask 077
directory=${1:-$(dirname "$0")/secrets}
days=${DAYS:-825}
mkdir -p "$directory"
cd "$directory"

if [ ! -e ca.key ]; then
  openssl ecparam -name prime256v1 -genkey -noout -out ca.key
  openssl req -x509 -new -sha256 -key ca.key -days 3650 -subj '/CN=Homing stores' -out ca.crt \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign'
fi

for store in postgres nats event-store; do
  if [ -e "$store.crt" ] && [ -e "$store.key" ]; then continue; fi
  # EventStoreDB reads the name its nodes share from the certificate, and needs it for servers and clients.
  names="DNS:$store"
  for host in ${HOSTS:-}; do
    case $host in
      *[!0-9.]*) names="$names,DNS:$host" ;;
      *) names="$names,IP:$host" ;;
    esac
  done
  openssl genrsa -out "$store.key" 2048 2>/dev/null
  openssl req -new -sha256 -key "$store.key" -subj "/CN=$store" -out "$store.csr"
  printf '%s\n' "subjectAltName=$names" 'extendedKeyUsage=serverAuth,clientAuth' \
    'keyUsage=critical,digitalSignature,keyEncipherment' 'basicConstraints=critical,CA:FALSE' > "$store.ext"
  openssl x509 -req -sha256 -in "$store.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days "$days" \
    -extfile "$store.ext" -out "$store.crt" 2>/dev/null
  rm "$store.csr" "$store.ext"
  # What is mounted must be readable to the container's user; the directory keeps everybody else out.
  chmod 444 "$store.key" "$store.crt" ca.crt
  echo "made $store.crt ($names)"
done
chmod 700 .
