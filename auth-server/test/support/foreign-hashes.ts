// Hashes of one password by libraries of others: Django 5.2, passlib 1.7, argon2-cffi 25.1 and bcrypt 5.0 for Python; Keycloak's form of one.

export const FOREIGN_PASSWORD = 'correct horse Ünïcode'

/** The name, the hash in the library's own notation, and what a check costs. */
export const FOREIGN: readonly (readonly [name: string, hash: string, cost: string])[] = [
  ['bcrypt $2b$', '$2b$04$GDkJWyv2wPZnnnAaAc7lJufcr.GGb0IzzDsHZTVPJaTB6tp.Ak7wa', 'bcrypt-4'],
  ['bcrypt $2a$', '$2a$04$dczIMTZUkggnxYlqHtIqFez10V6FoRhZrRQ999AxK333Hp/nauA.G', 'bcrypt-4'],
  ['bcrypt $2y$, as PHP writes it', '$2y$04$GDkJWyv2wPZnnnAaAc7lJufcr.GGb0IzzDsHZTVPJaTB6tp.Ak7wa', 'bcrypt-4'],
  [
    'Argon2i',
    '$argon2i$v=19$m=1024,t=2,p=2$DVq6gITseppkwxbM4lkGrg$5LH9EWOZ0lIoJTTPFtI7nacj323H9nP3YSEUxr33AJ8',
    'argon2i-19-1024-2-2',
  ],
  [
    'Argon2id',
    '$argon2id$v=19$m=1024,t=2,p=2$xQtTpsbCFMhBCSI8u65sgw$4lpi6XPOQ9rz+CDX1FT33a8X+3gu7loB4e+EfhGd9JQ',
    'argon2id-19-1024-2-2',
  ],
  [
    'Argon2d',
    '$argon2d$v=19$m=1024,t=2,p=2$ySyJojL1vuEfWvuu9mP3Lw$ZDyRGrKT0mHdwdM6SGg6EYxd5Sfp6CJay59FQSvuWDg',
    'argon2d-19-1024-2-2',
  ],
  [
    "passlib's PBKDF2 with SHA-1",
    '$pbkdf2$1000$9l6rldIaY.w9pxQiZIwx5g$whwRy.h.RMCCcs2fXIp3QY5GX7o',
    'pbkdf2-sha1-1000',
  ],
  [
    "passlib's PBKDF2 with SHA-256",
    '$pbkdf2-sha256$1000$VirFeI/xXitFqJWScu7dGw$/1oG54iJdQt50b9Eex4C8EK2LOS5czpOb1J8nAY8/bs',
    'pbkdf2-sha256-1000',
  ],
  [
    "passlib's PBKDF2 with SHA-512",
    '$pbkdf2-sha512$1000$mXOu1br3Puc8p9Tau1dKSQ$4pah.fokTraPLoRPowSYkL3N8/BumoR4BTtLyYDOyDCiVkuOPq5wpTideOtIOmwArA2UjVMyS67qIYsYx2eskA',
    'pbkdf2-sha512-1000',
  ],
  [
    'PBKDF2 in the PHC string format',
    '$pbkdf2-sha256$i=1000,l=32$VirFeI/xXitFqJWScu7dGw$/1oG54iJdQt50b9Eex4C8EK2LOS5czpOb1J8nAY8/bs',
    'pbkdf2-sha256-1000',
  ],
  [
    'scrypt in the PHC string format',
    '$scrypt$ln=10,r=8,p=1$nXOuNaaUsjYmJMSYc05JiQ$dk2ZawNy2XaVz3Ubwhv69FVBrLp1YySkfMvLqDpFfG4',
    'scrypt-1024-8-1',
  ],
  [
    'scrypt as Kratos writes it',
    '$scrypt$ln=1024,r=8,p=1$nXOuNaaUsjYmJMSYc05JiQ==$dk2ZawNy2XaVz3Ubwhv69FVBrLp1YySkfMvLqDpFfG4=',
    'scrypt-1024-8-1',
  ],
  [
    "Django's PBKDF2 with SHA-256",
    'pbkdf2_sha256$1000$U17bGDDqHyrTkrveIH2mak$+gsnZBK6ShO6TV0ZgG+CwzQIyRQpiVTg4LjevAWD6+s=',
    'pbkdf2-sha256-1000',
  ],
  [
    "Django's PBKDF2 with SHA-1",
    'pbkdf2_sha1$1000$LUpG0WFKBBLLBGEch710Jz$qR6qAdjyN8DRgemyCi3DpAXYY3s=',
    'pbkdf2-sha1-1000',
  ],
  [
    "Django's Argon2",
    'argon2$argon2id$v=19$m=1024,t=2,p=8$MXRKYjZNS05BblFtNDVrSUJOakp5cg$ZjJDs7cNNjiqcf9o70Epn83GHqd7m4sWaYk4gAE5ldU',
    'argon2id-19-1024-2-8',
  ],
  [
    "Django's bcrypt of SHA-256",
    'bcrypt_sha256$$2b$04$1Flfk5fvgYZylwWFghpTB.NBpD/FfZBh.NY9.ySoPJhLDsgYrSSDW',
    'bcrypt-4',
  ],
  ["Django's bcrypt", 'bcrypt$$2b$04$Z3Rn4rMDHQrs1lgnFxXHlOXC6IkqVQyaI6a3MnJ7Y9OOlDqq1cOIa', 'bcrypt-4'],
  [
    "Django's scrypt",
    'scrypt$1024$TEP30VAepVt1iUsG743voz$8$5$Lm/4/ypb2viNp6Ng0Rsz1HDgOZryvNLSr0yIA3QR6SAC1fJyVHqcScnnJMMINTuC1nvX8DKnt0GFZrTwFTvt4Q==',
    'scrypt-1024-8-5',
  ],
]
