"""Places go by other names

Revision 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('place_name',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ref', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('text', sa.String(length=160), nullable=False),
    sa.Column('text_key', sa.String(length=240), nullable=False),
    sa.Column('noted_by', sa.Integer(), nullable=False),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('former','alias')", name=op.f('ck_place_name_kind')),
    sa.ForeignKeyConstraint(['noted_by'], ['person.id'], name=op.f('fk_place_name_noted_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_place_name')),
    sa.UniqueConstraint('ref', 'text_key', name=op.f('uq_place_name_ref_text_key'))
    )


def downgrade() -> None:
    op.drop_table('place_name')
