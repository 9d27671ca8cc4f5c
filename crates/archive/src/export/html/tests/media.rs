//! Attachments for the tests, made of numbers.

/// Returns a picture as PNG: a slope from one colour to another, under a sun.
pub(super) fn png(width: u32, height: u32, from: [u8; 3], to: [u8; 3]) -> Vec<u8> {
    let mut pixels = Vec::new();
    for y in 0..height {
        pixels.push(0);
        for x in 0..width {
            let (dx, dy) = (x.abs_diff(width * 3 / 4), y.abs_diff(height / 3));
            let sun = dx * dx + dy * dy < height * height / 36;
            let hill = y > height * 2 / 3 + (x.abs_diff(width / 3)) / 4;
            for channel in 0..3 {
                let (a, b) = (u32::from(from[channel]), u32::from(to[channel]));
                let slope = (a * (height - y) + b * y) / height;
                let value = if sun {
                    250
                } else if hill {
                    slope / 3 + 20
                } else {
                    slope
                };
                pixels.push(u8::try_from(value).unwrap_or(255));
            }
        }
    }
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 2, 0, 0, 0]);
    chunk(&mut png, b"IHDR", &header);
    chunk(&mut png, b"IDAT", &stored(&pixels));
    chunk(&mut png, b"IEND", &[]);
    png
}

/// Returns a second of silence as WAV.
pub(super) fn wav() -> Vec<u8> {
    let samples = 8000_u32;
    let mut wav = b"RIFF".to_vec();
    wav.extend((36 + samples).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(samples.to_le_bytes());
    wav.extend(samples.to_le_bytes());
    wav.extend([1, 0, 8, 0]);
    wav.extend(b"data");
    wav.extend(samples.to_le_bytes());
    wav.extend(vec![128; samples as usize]);
    wav
}

fn chunk(png: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    let body = [name.as_slice(), data].concat();
    png.extend(u32::try_from(data.len()).expect("is small").to_be_bytes());
    png.extend(&body);
    png.extend(crc32fast::hash(&body).to_be_bytes());
}

/// Returns data in zlib's form, not made smaller.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut zlib = vec![0x78, 0x01];
    let mut blocks = data.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        zlib.push(u8::from(blocks.peek().is_none()));
        let length = u16::try_from(block.len()).expect("is small");
        zlib.extend(length.to_le_bytes());
        zlib.extend((!length).to_le_bytes());
        zlib.extend(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    zlib.extend((b << 16 | a).to_be_bytes());
    zlib
}
