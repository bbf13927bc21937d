# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
# Sourced by run.sh (in its own directory; $lskel, $progs, check, refused): signing, here and elsewhere.

new_key() { # NAME ARGUMENTS...: NAME.key, NAME.crt
	local name=$1
	shift
	openssl req -x509 -nodes -days 36500 -subj "/CN=$name" -addext subjectKeyIdentifier=hash -keyout "$name.key" -out "$name.crt" "$@" \
		2> /dev/null
}
cms() { # KEY FILE SIGNATURE: by the command that the documentation names
	openssl cms -sign -binary -noattr -nocerts -nosmimecap -keyid -md sha256 -outform DER -signer "$1.crt" -inkey "$1.key" -in "$2" -out "$3"
}

# KIND (gen|pack) KEY OPTIONS...: out.one in one step, out.two by way of tbs and attach-signature, with both gears
both_ways() {
	local kind=$1 key=$2 gear scheme
	shift 2
	"$lskel" "$kind" "$@" --gear stepper --sign "$key.key" --cert "$key.crt" globals.bpf.o -o out.one &&
		"$lskel" "$kind" "$@" --gear stepper --signable globals.bpf.o -o out.two || return 1
	! cmp -s out.one out.two || return 1
	for gear in loop stepper; do
		for scheme in insns all; do
			"$lskel" tbs out.two --gear $gear --scheme $scheme -o tbs.$gear.$scheme &&
				cms "$key" tbs.$gear.$scheme sig &&
				"$lskel" attach-signature out.two sig --gear $gear --scheme $scheme -o out.two || return 1
		done
	done
}
same_bytes_header() { both_ways gen rsa && cmp out.one out.two; }
same_bytes_packed() { both_ways pack rsa && cmp out.one out.two; }
# What is signed for the newer kernels starts with what is signed for the others, and goes on with the blob.
tbs_is_instructions_and_value() {
	local insns all
	insns=$(stat -c %s tbs.loop.insns) all=$(stat -c %s tbs.loop.all)
	[ $((insns % 8)) = 0 ] && [ $((all - insns)) -gt 256 ] && head -c "$insns" tbs.loop.all | cmp - tbs.loop.insns &&
		[ "$(tail -c +$((insns + 1)) tbs.loop.all | head -c 4 | od -An -tx1 | tr -d ' ')" = 024b534c ] &&
		# the hash of the blob is in the instructions
		python3 - tbs.loop.all "$insns" <<-'END'
		import hashlib, struct, sys
		data, n = open(sys.argv[1], "rb").read(), int(sys.argv[2])
		insns, h = data[:n], hashlib.sha256(data[n:]).digest()
		for i in range(4):
		    lo, hi = h[8 * i:8 * i + 4], h[8 * i + 4:8 * i + 8]
		    assert any(insns[o] == 0x18 and insns[o + 4:o + 8] == lo and insns[o + 12:o + 16] == hi for o in range(0, n - 8, 8))
		END
}
# ECDSA signatures differ each time; what is signed does not. OpenSSL takes them for what they are.
ecdsa() {
	"$lskel" gen --sign ec.key --cert ec.crt globals.bpf.o -o ec.h &&
		"$lskel" tbs ec.h --scheme all -o ec.tbs && "$lskel" gen --signable globals.bpf.o -o ec2.h &&
		"$lskel" tbs ec2.h --scheme all -o ec2.tbs && cmp ec.tbs ec2.tbs && cms ec ec2.tbs ec.sig &&
		"$lskel" attach-signature ec2.h ec.sig --scheme all -o ec2.h
}
pkcs8_and_passphrase() {
	openssl pkcs8 -topk8 -in rsa.key -passout pass:geheim -out enc.key && openssl pkcs8 -topk8 -in rsa.key -nocrypt -outform DER -out der.key &&
		openssl x509 -in rsa.crt -outform DER -out der.crt &&
		LSKEL_KEY_PIN=geheim "$lskel" gen --gear stepper --sign enc.key --cert der.crt globals.bpf.o -o out.enc && cmp out.one out.enc &&
		"$lskel" gen --gear stepper --sign "file:$PWD/der.key" --cert "file:$PWD/der.crt" globals.bpf.o -o out.der && cmp out.one out.der
}
wrong_passphrase() {
	LSKEL_KEY_PIN=falsch "$lskel" gen --sign enc.key --cert rsa.crt globals.bpf.o -o no.h 2> err
	[ $? = 1 ] && grep -q "^lskel: enc.key: can't read a private key: " err && [ ! -e no.h ]
}
signs_twice_alike() {
	"$lskel" gen --gear stepper --sign rsa.key --cert rsa.crt globals.bpf.o -o again.h && both_ways gen rsa && cmp again.h out.one
}
header_compiles() {
	"$lskel" gen --emit-types --name sg --sign rsa.key --cert rsa.crt globals.bpf.o -o sg.h &&
		printf '#include "sg.h"\nint main(void)\n{\n\tstruct sg *s = sg__open_and_load();\n\n\tsg__destroy(s);\n\treturn 0;\n}\n' > sg.c &&
		for std in c99 gnu11 c2x; do
			${CC:-cc} -std=$std -Wall -Wextra -Wpedantic -Wconversion -Werror sg.c -o sg || return 1
			${CC:-cc} -std=$std -DLSKEL_NO_STRERROR -Wall -Wextra -Werror sg.c -o sg || return 1
			${CC:-cc} -std=$std -DLSKEL_DIRECT -Wall -Wextra -Werror sg.c -o sg || return 1
			${CC:-cc} -std=$std -ffreestanding -Wall -Wextra -Wpedantic -Wconversion -Werror -c sg.c -o sg.o || return 1
		done
	! command -v g++ > /dev/null || g++ -std=c++17 -Wall -Wextra -Wpedantic -Wconversion -Werror -x c++ sg.c -o sg
}

if command -v openssl > /dev/null; then
	new_key rsa -newkey rsa:2048
	new_key other -newkey rsa:2048
	new_key ec -newkey ec -pkeyopt ec_paramgen_curve:P-256
	new_key ed -newkey ed25519
	openssl req -x509 -key rsa.key -days 36500 -subj /CN=noski -out noski.crt -addext subjectKeyIdentifier=none 2> /dev/null
	check sign_same_bytes_in_one_step_and_elsewhere same_bytes_header
	if command -v python3 > /dev/null; then check sign_tbs_is_instructions_and_value tbs_is_instructions_and_value; fi
	check sign_packed_same_bytes_in_one_step_and_elsewhere same_bytes_packed
	check sign_twice_gives_the_same_bytes signs_twice_alike
	check sign_pkcs8_der_uri_and_passphrase pkcs8_and_passphrase
	check sign_wrong_passphrase wrong_passphrase
	check sign_ecdsa ecdsa
	check sign_header_compiles header_compiles
	"$lskel" gen --signable globals.bpf.o -o signable.h
	"$lskel" tbs signable.h --scheme all -o tbs
	openssl cms -sign -binary -nocerts -keyid -md sha256 -outform DER -signer rsa.crt -inkey rsa.key -in tbs -out attrs.sig
	openssl cms -sign -binary -noattr -nosmimecap -keyid -md sha256 -outform DER -signer rsa.crt -inkey rsa.key -in tbs -out certs.sig
	openssl cms -sign -binary -noattr -nocerts -nosmimecap -md sha256 -outform DER -signer rsa.crt -inkey rsa.key -in tbs -out name.sig
	openssl cms -sign -nodetach -binary -noattr -nocerts -nosmimecap -keyid -md sha256 -outform DER -signer rsa.crt -inkey rsa.key \
		-in tbs -out inside.sig
	refused sign_without_cert 2 '^lskel gen: --sign takes --cert$' gen --sign rsa.key globals.bpf.o -o out.h
	refused sign_cert_alone 2 '^lskel gen: --cert is of use with --sign$' gen --cert rsa.crt globals.bpf.o -o out.h
	refused sign_now_and_later 2 '^lskel pack: --sign or --signable, not both$' pack --sign rsa.key --cert rsa.crt --signable globals.bpf.o -o out.h
	refused sign_json 2 '^lskel gen: --json has no room for signatures$' gen --json --signable globals.bpf.o -o out.h
	refused sign_no_key 1 "^lskel: nowhere.key: can't read a private key: " gen --sign nowhere.key --cert rsa.crt globals.bpf.o -o out.h
	refused sign_key_is_none 1 "^lskel: junk.o: can't read a private key: " gen --sign junk.o --cert rsa.crt globals.bpf.o -o out.h
	refused sign_cert_is_none 1 "^lskel: rsa.key: can't read a certificate: " gen --sign rsa.key --cert rsa.key globals.bpf.o -o out.h
	refused sign_cert_of_another_key 1 '^lskel: other.crt: is not the certificate of the key rsa.key$' \
		gen --sign rsa.key --cert other.crt globals.bpf.o -o out.h
	refused sign_kind_of_key 1 '^lskel: ed.key: is neither an RSA nor an ECDSA key$' gen --sign ed.key --cert ed.crt globals.bpf.o -o out.h
	refused sign_cert_without_key_id 1 '^lskel: noski.crt: the certificate has no subjectKeyIdentifier' \
		gen --sign rsa.key --cert noski.crt globals.bpf.o -o out.h
	refused tbs_scheme_missing 2 '^lskel tbs: which scheme\?' tbs signable.h -o out.h
	refused tbs_scheme_unknown 2 "^lskel tbs: no scheme is called 'c'\$" tbs signable.h --scheme c -o out.h
	refused tbs_output_missing 2 '^lskel tbs: no -o FILE given$' tbs signable.h --scheme all
	refused tbs_gear_missing 1 '^lskel: signable.h: has no stepper loader$' tbs signable.h --gear stepper --scheme all -o out.h
	"$lskel" gen globals.bpf.o -o plain.h
	"$lskel" pack globals.bpf.o -o plain.lskel
	refused tbs_unsigned_header 1 '^lskel: plain.h: is neither a header nor a packed file that can be signed' tbs plain.h --scheme all -o out.h
	refused tbs_unsigned_packed 1 '^lskel: plain.lskel: is not to be signed' tbs plain.lskel --scheme all -o out.h
	sed '/__blob\[/,$ s/0x53,/0x54,/' signable.h > flip.h
	refused tbs_altered 1 '^lskel: flip.h' tbs flip.h --scheme all -o out.h
	sed 's/^\tstatic const unsigned char loop_digest/#include "evil.h"\n&/' signable.h > evil.h
	refused tbs_more_than_arrays 1 '^lskel: evil.h:[0-9]+: another array, or none, than should be here$' tbs evil.h --scheme all -o out.h
	refused attach_junk 1 '^lskel: junk.o: the signature is no CMS signature in DER$' attach-signature signable.h junk.o --scheme all -o out.h
	refused attach_with_attributes 1 'has signed attributes \(-noattr\)$' attach-signature signable.h attrs.sig --scheme all -o out.h
	refused attach_with_certificates 1 'has certificates in it \(-nocerts\)$' attach-signature signable.h certs.sig --scheme all -o out.h
	refused attach_by_name 1 'does not name its signer by key identifier \(-keyid\)$' attach-signature signable.h name.sig --scheme all -o out.h
	refused attach_not_detached 1 'has the signed bytes in it' attach-signature signable.h inside.sig --scheme all -o out.h
	refused sign_struct_ops 1 "map '.*': struct_ops that are signed need the kernel's BTF: --btf FILE\$" \
		gen --signable "$progs/struct_ops_link.bpf.o" -o out.h
	refused sign_replaces_another_program 1 "prog '.*': the program that it replaces is named by the process that loads" \
		gen --signable "$progs/attach_ext.bpf.o" -o out.h
	refused sign_kconfig_without_value 1 "kconfig '.*': what is signed needs a value: --kconfig FILE\$" gen --signable "$progs/signed_sum.bpf.o" -o out.h
	refused sign_kernel_version 1 "kconfig 'LINUX_.*': its value is the target's, which a signature can't cover\$" \
		gen --signable --kconfig "$OLDPWD/selftests/progs/kconfig_types.config" "$progs/kconfig_types.bpf.o" -o out.h
else
	skip sign "no openssl"
fi
